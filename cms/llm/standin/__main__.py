"""Run the stand-in until it is told to stop: `python -m cms.llm.standin --port 0`."""

from __future__ import annotations

import argparse
import signal
import sys
import threading

from cms.llm.standin.server import StandIn


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m cms.llm.standin", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 takes any free port")
    parser.add_argument(
        "--delay", type=float, default=0.0, help="seconds that an answer takes to arrive"
    )
    options = parser.parse_args()
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    try:
        stand_in = StandIn(port=options.port, delay=options.delay)
    except OSError as error:
        sys.stderr.write(f"The stand-in cannot listen on port {options.port}: {error}\n")
        return 1
    with stand_in:
        sys.stdout.write(f"{stand_in.base_url}\n")
        sys.stdout.flush()
        stop.wait()
    return 0


if __name__ == "__main__":
    sys.exit(main())
