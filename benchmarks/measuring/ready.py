"""What the floors answer."""

# About as much as the page of a long article has.
BODY = b"ready" * 10_000
