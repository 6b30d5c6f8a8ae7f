"""Feeds: asked for what is new, read with suspicion, kept as stories."""
