"""A newsroom to try everything with: its content, and what loads it."""
