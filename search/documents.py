"""What search knows of an article, a representative and a petition, in words that readers see."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import astuple, dataclass
from datetime import UTC, datetime
from html import unescape
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from advocacy.models import Petition, Representative
from news.models import ArticlePage
from search.labels import kind_label, label
from search.models import Kind

if TYPE_CHECKING:
    from django.db.models import Model, QuerySet

# No text is indexed beyond this; PostgreSQL holds a megabyte for each.
LONGEST_TEXT = 200_000
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
_TAGS = re.compile(r"<[^>]+>")
# Control and private characters: the index uses some of them as marks.
_UNWANTED = re.compile(r"[\x00-\x1f\x7f-\x9f\ue000-\uf8ff\s]+")
# What a block holds beside words for readers: ids, addresses, and which of several kinds it is.
_NO_WORDS = frozenset({"id", "type", "kind", "link_address", "image", "url", "level"})


@dataclass(frozen=True)
class Document:
    """One thing that can be found.

    ``names`` are what it is filed under and whom it is about; ``labels`` the groups it is counted
    in. All texts are plain, in one line, and hold no private characters.
    """

    kind: str
    object_id: int
    moment: datetime
    title: str
    introduction: str
    body: str
    names: str
    labels: str

    @property
    def digest(self) -> str:
        """Tells whether two documents say the same."""
        return hashlib.sha256(repr(astuple(self)).encode()).hexdigest()

    @property
    def texts(self) -> tuple[str, str, str, str]:
        """Title, introduction, body and names."""
        return self.title, self.introduction, self.body, self.names


def plain(*texts: str) -> str:
    """Texts in one line, composed, without markup and without characters that nobody sees."""
    joined = unescape(_TAGS.sub(" ", " ".join(filter(None, texts))))
    one_line = _UNWANTED.sub(" ", unicodedata.normalize("NFC", joined)).strip()
    return one_line[:LONGEST_TEXT].encode("utf-8", "ignore").decode()


def _words(value: Any) -> Iterator[str]:
    """The texts within a stored block."""
    if isinstance(value, dict):
        for key, item in value.items():
            if key not in _NO_WORDS:
                yield from _words(item)
    elif isinstance(value, list):
        for item in value:
            yield from _words(item)
    elif isinstance(value, str):
        yield value


def _with_parents(categories: Iterable[Any]) -> list[int]:
    """The numbers of categories and of those that they belong to, which count their articles too."""
    numbers = (number for category in categories for number in (category.pk, category.parent_id))
    return list(dict.fromkeys(number for number in numbers if number is not None))


def _article(article: ArticlePage) -> Document:
    blocks = (
        getattr(article, name).get_prep_value() for name in ("body", "opinion", "action", "to_do")
    )
    moment = article.first_published_at or LONG_AGO
    source, categories, tags = article.source, article.categories.all(), article.tags.all()
    marks = [
        kind_label(Kind.ARTICLE),
        label("year", timezone.localtime(moment).year),
        *(label("category", number) for number in _with_parents(categories)),
        *(label("tag", tag.pk) for tag in tags),
    ]
    if source:
        marks.append(label("source", source.pk))
    return Document(
        kind=Kind.ARTICLE,
        object_id=article.pk,
        moment=moment,
        title=plain(article.title),
        introduction=plain(article.introduction),
        body=plain(*_words(list(blocks))),
        names=plain(source.name if source else "", *map(str, categories), *map(str, tags)),
        labels=" ".join(marks),
    )


def _representative(representative: Representative) -> Document:
    return Document(
        kind=Kind.REPRESENTATIVE,
        object_id=representative.pk,
        moment=representative.first_published_at or LONG_AGO,
        title=plain(representative.name),
        introduction=plain(representative.office_line),
        body=plain(representative.leadership, representative.party_line),
        names=plain(representative.titled_name, representative.seat),
        labels=kind_label(Kind.REPRESENTATIVE),
    )


def _petition(petition: Petition) -> Document:
    moment = petition.first_published_at or LONG_AGO
    marks = [kind_label(Kind.PETITION)]
    if petition.first_published_at:
        marks.append(label("year", timezone.localtime(moment).year))
    return Document(
        kind=Kind.PETITION,
        object_id=petition.pk,
        moment=moment,
        title=plain(petition.title),
        introduction=plain(petition.summary),
        body=plain(petition.ask, petition.outcome),
        names=plain(*(target.name for target in petition.targets)),
        labels=" ".join(marks),
    )


@dataclass(frozen=True)
class _Shelf:
    """How the things of one kind are found in the database, and what is known of each."""

    model: type[Model]
    public: Callable[[], QuerySet[Any]]
    document: Callable[[Any], Document]


def _public_articles() -> QuerySet[Any]:
    articles: QuerySet[Any] = (
        ArticlePage.objects.live()
        .public()
        .select_related("source")
        .prefetch_related("categories", "tags")
    )
    return articles


SHELVES: dict[str, _Shelf] = {
    Kind.ARTICLE: _Shelf(ArticlePage, _public_articles, _article),
    Kind.REPRESENTATIVE: _Shelf(
        Representative, lambda: Representative.objects.public(), _representative
    ),
    Kind.PETITION: _Shelf(Petition, lambda: Petition.objects.public().with_targets(), _petition),
}


def documents(kind: str, object_ids: Iterable[int]) -> list[Document]:
    """What is known of those things that every reader may open; nothing of the others."""
    shelf = SHELVES[kind]
    return [shelf.document(thing) for thing in shelf.public().filter(pk__in=list(object_ids))]


def every_id(kind: str) -> Sequence[int]:
    """The numbers of all things of a kind that every reader may open, the oldest first."""
    ids: Sequence[int] = list(SHELVES[kind].public().order_by("pk").values_list("pk", flat=True))
    return ids
