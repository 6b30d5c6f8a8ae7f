"""Choosing the links under an article: what moderators decide, in which order, and back again."""
