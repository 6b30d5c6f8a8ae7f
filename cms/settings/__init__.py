"""Settings: base, and what development, tests and production override."""
