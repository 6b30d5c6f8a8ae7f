"""Drafting commentary with a language model: asking, guarding, recording."""
