"""Which stories and articles are like one another, told from their headlines."""
