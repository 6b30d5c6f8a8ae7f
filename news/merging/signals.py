"""Told to whoever keeps something made of articles: search, and caches of pages."""

from __future__ import annotations

from django.dispatch import Signal

# Sent after the commit of each step, and after a rename, with ``model`` (a class) and ``pks`` (a
# list): what shows other tags, sources or categories now, without having been saved.
touched = Signal()
