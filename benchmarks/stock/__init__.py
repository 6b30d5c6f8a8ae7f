"""A page as Wagtail makes it, with the blocks of our articles: what ours are measured against."""
