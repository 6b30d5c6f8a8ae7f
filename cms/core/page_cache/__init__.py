"""Whole pages for readers, kept until something that they show changes.

``tags`` is what the other rooms use: what a page shows, and what changed. ``versions`` knows when a
tag was touched last, ``rows`` watches models, ``wsgi`` answers before Django does.
"""
