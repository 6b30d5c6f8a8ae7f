-- What wrk saw, as one line of JSON.
done = function(summary, latency, requests)
  local errors = summary.errors
  io.write(string.format(
    '{"requests": %d, "microseconds": %d, "p50": %.4f, "p95": %.4f, "connect": %d, "read": %d,'
      .. ' "write": %d, "status": %d, "timeout": %d}\n',
    summary.requests, summary.duration, latency:percentile(50) / 1000,
    latency:percentile(95) / 1000, errors.connect, errors.read, errors.write, errors.status,
    errors.timeout))
end
