"""What the newsletter adds to Wagtail."""

from cms.newsletter import ledgers

__all__ = ["ledgers"]
