"""Stories as feeds bring them, for tests of what is like what."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, time, timedelta
from typing import Any

from news.models import Source, Story
from tests.factories.news import SourceFactory

numbers = itertools.count(1)
# Some days ago, so that an article on what happened then does not look back on it.
NOON = datetime.combine(datetime.now(UTC).date() - timedelta(days=9), time(12), UTC)


def story(title: str, *, publisher: str = "", hours: float = 0, **fields: Any) -> Story:
    """A story so many hours after noon; of a publisher of its own unless one is named."""
    source = Source.objects.filter(name=publisher).first() or SourceFactory(
        **({"name": publisher} if publisher else {})
    )
    values = {
        "source": source,
        "title": title,
        "address": f"https://wire.example/{next(numbers)}",
        "published_at": NOON + timedelta(hours=hours),
        **fields,
    }
    return Story.objects.create(**values)
