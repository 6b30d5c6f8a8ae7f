"""Merging and renaming tags, sources and categories: previewed, recorded, undone."""
