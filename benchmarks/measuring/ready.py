"""What the floors answer."""

# Before an address that the page cache answers for.
KEPT = "/_kept"
# About as much as the page of a long article has.
BODY = b"ready" * 10_000
