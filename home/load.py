"""Made-up articles in any number, for benchmarks: of the lengths and parts that real ones have.

They are written past the models, hundreds at a time: nothing of them was drafted, reviewed or
checked, and no page of the newsroom should be made in this way.
"""

from __future__ import annotations

import io
import random
import uuid
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import accumulate
from typing import TYPE_CHECKING, Any

from django.contrib.contenttypes.models import ContentType
from django.core.files.images import ImageFile
from django.db import DEFAULT_DB_ALIAS, connection, transaction
from django.utils import timezone
from PIL import Image
from wagtail.models import Page

from advocacy.models import Letter, Petition, Representative
from cms.core.models import Picture
from news.models import ArticleIndexPage, ArticlePage, ArticleTag, Category, RelatedLink, Source

if TYPE_CHECKING:
    from collections.abc import Iterator

BATCH = 500
PICTURES, CATEGORIES, SOURCES, TAGS = 8, 12, 40, 30
LINKS_AT_MOST = 10
# Zipf's law holds for any language: a few words make up most of a text.
VOCABULARY = 6000
SYLLABLES = [
    "ba", "be", "bo", "da", "de", "di", "fa", "fe", "go", "ha", "he", "ka", "ke", "la", "le", "lo", "ma", "me", "mi", "na", "ne", "no", "pa", "po", "ra", "re", "ro", "sa", "se", "so", "ta", "te", "ti", "va", "ve", "wa", "we",
]  # fmt: skip
NOTHING = {
    "petition": None,
    "representative": None,
    "letter": None,
    "link_title": "",
    "link_address": "",
}


def slug(number: int) -> str:
    """The address of a made-up article; the one with number 1 has 60 blocks and 3,500 words."""
    return f"load-{number}"


@dataclass
class Writer:
    """Writes texts that are long, wide and varied as real ones are, and always the same."""

    dice: random.Random = field(default_factory=lambda: random.Random(20))  # noqa: S311

    def __post_init__(self) -> None:
        words = {self._word() for _ in range(VOCABULARY * 2)}
        self._words = sorted(words, key=lambda word: (len(word), word))[:VOCABULARY]
        self._weights = list(accumulate(1 / (rank + 2) for rank in range(len(self._words))))
        self._sentences = [self._sentence() for _ in range(3000)]

    def _word(self) -> str:
        return "".join(self.dice.choices(SYLLABLES, k=self.dice.choice((1, 2, 2, 3, 3, 4))))

    def _sentence(self) -> str:
        words = self.dice.choices(
            self._words, cum_weights=self._weights, k=self.dice.randint(8, 26)
        )
        return " ".join(words).capitalize() + "."

    def text(self, words: int) -> str:
        """Sentences of about so many words together."""
        chosen: list[str] = []
        while words > 0:
            chosen.append(self.dice.choice(self._sentences))
            words -= chosen[-1].count(" ") + 1
        return " ".join(chosen)

    def title(self) -> str:
        """A headline of four to nine words."""
        words = self.dice.choices(self._words, cum_weights=self._weights, k=self.dice.randint(4, 9))
        return " ".join(words).capitalize()

    def paragraph(self, words: int, *, link: int | None = None) -> dict[str, Any]:
        """A paragraph as it is stored, with a link to a page where one is given."""
        text = self.text(words)
        if link:
            text += f' <a linktype="page" id="{link}">{self.title()}</a>.'
        return _block("paragraph", f"<p>{text}</p>")


@dataclass
class Surroundings:
    """What made-up articles are filed under, come from and lead to."""

    index: ArticleIndexPage
    pictures: list[Picture]
    categories: list[Category]
    sources: list[Source]
    tags: list[int]
    petition: Petition
    representative: Representative
    letter: Letter


def generate(count: int) -> Iterator[int]:
    """Write ``count`` articles below the index, the newest first; yields how many at a time."""
    writer = Writer()
    around = _surroundings(writer)
    step = _last_step(around.index)
    for start in range(1, count + 1, BATCH):
        numbers = range(start, min(start + BATCH, count + 1))
        with transaction.atomic():
            _write(numbers, step, writer, around)
            ArticleIndexPage.objects.filter(pk=around.index.pk).update(
                numchild=around.index.numchild + numbers[-1]
            )
        yield len(numbers)


def _block(kind: str, value: Any) -> dict[str, Any]:
    return {"type": kind, "value": value, "id": str(uuid.uuid4())}


# What stands around the articles ------------------------------------------------------------------


def _surroundings(writer: Writer) -> Surroundings:
    tag_model = ArticleTag.tag_model()
    return Surroundings(
        index=ArticleIndexPage.objects.get(),
        pictures=[_picture(number) for number in range(PICTURES)],
        categories=[
            Category.objects.get_or_create(
                slug=f"load-{n}", defaults={"name": f"Load {n}", "introduction": writer.text(20)}
            )[0]
            for n in range(CATEGORIES)
        ],
        sources=[
            Source.objects.get_or_create(
                name=f"Load Gazette {n}", defaults={"home_page": "https://load.example/"}
            )[0]
            for n in range(SOURCES)
        ],
        tags=[
            tag_model.objects.get_or_create(slug=f"load-{n}", defaults={"name": f"load {n}"})[0].pk
            for n in range(TAGS)
        ],
        petition=Petition.objects.get_or_create(
            slug="load",
            defaults={
                "title": writer.title(),
                "summary": writer.text(20)[:300],
                "ask": f"<p>{writer.text(120)}</p>",
                "goal": 5000,
                "status": Petition.Status.OPEN,
            },
        )[0],
        representative=Representative.objects.get_or_create(
            slug="load",
            defaults={
                "first_name": "Load",
                "last_name": "Bearer",
                "name": "Load Bearer",
                "office": "senator",
                "state": "WI",
            },
        )[0],
        letter=Letter.objects.get_or_create(
            slug="load",
            defaults={
                "title": writer.title(),
                "subject": "Load",
                "body": "{salutation},\n\n" + writer.text(150),
            },
        )[0],
    )


def _picture(number: int) -> Picture:
    title = f"Load {number}"
    if picture := Picture.objects.filter(title=title).first():
        return picture
    size = (1600, 1067)
    noise = Image.effect_noise((64, 43), 90 + number * 10).resize(size)
    gradient = Image.linear_gradient("L").resize(size)
    drawn = Image.merge("RGB", (noise, gradient, Image.blend(noise, gradient, 0.5)))
    buffer = io.BytesIO()
    drawn.save(buffer, "JPEG", quality=80)
    picture = Picture(title=title, description="A surface of colours.", credit="Made up")
    picture.file.save(f"load-{number}.jpg", ImageFile(buffer, name=f"load-{number}.jpg"))
    return picture


def _last_step(index: ArticleIndexPage) -> int:
    """The number of the index's last child in its own count of steps."""
    last = index.get_last_child()
    return index._str2int(last.path[-index.steplen :]) if last else 0


# Articles -----------------------------------------------------------------------------------------


def _write(numbers: range, step: int, writer: Writer, around: Surroundings) -> None:
    """One batch: rows of pages, of articles, and of what belongs to them."""
    pages = Page.objects.bulk_create([_page(n, step + n, writer, around) for n in numbers])
    articles = [_article(n, page, writer, around) for n, page in zip(numbers, pages, strict=True)]
    _insert(articles)
    RelatedLink.objects.bulk_create(
        [link for article in articles for link in _links(article, writer)], batch_size=BATCH
    )
    through = ArticlePage.categories.through
    through.objects.bulk_create(
        [
            through(articlepage_id=article.pk, category_id=category.pk)
            for article in articles
            for category in writer.dice.sample(around.categories, writer.dice.randint(1, 3))
        ]
    )
    ArticleTag.objects.bulk_create(
        [
            ArticleTag(content_object_id=article.pk, tag_id=tag)
            for article in articles
            for tag in writer.dice.sample(around.tags, writer.dice.randint(0, 4))
        ]
    )


def _page(number: int, step: int, writer: Writer, around: Surroundings) -> Page:
    index = around.index
    when = timezone.now() - timedelta(minutes=37 * number)
    title = writer.title()
    return Page(
        path=index._get_path(index.path, index.depth + 1, step),
        depth=index.depth + 1,
        title=title,
        draft_title=title,
        slug=slug(number),
        url_path=f"{index.url_path}{slug(number)}/",
        content_type=ContentType.objects.get_for_model(ArticlePage),
        locale_id=index.locale_id,
        live=True,
        first_published_at=when,
        last_published_at=when,
    )


def _article(number: int, page: Page, writer: Writer, around: Surroundings) -> ArticlePage:
    dice = writer.dice
    long = number == 1
    article = ArticlePage(
        page_ptr_id=page.pk,
        introduction=writer.text(25)[:600],
        byline="Load Bearer",
        source=dice.choice(around.sources),
        source_address=f"https://load.example/{number}",
        source_published_at=_earlier(page.first_published_at, dice),
        lead_image=dice.choice(around.pictures) if long or dice.random() < 0.8 else None,
        featured=dice.random() < 0.02,
        petition=around.petition if long or dice.random() < 0.5 else None,
        body=_body(1650 if long else dice.randint(150, 600), 36 if long else 6, writer, around),
        opinion=[
            writer.paragraph(45, link=around.index.pk)
            for _ in range(10 if long else dice.randint(0, 5))
        ],
        action=_action(7 if long else dice.randint(0, 3), writer, around),
        to_do=_to_do(7 if long else dice.randint(0, 3), writer, around),
    )
    article.pk = article.id = page.pk
    article.title = page.title
    return article


def _earlier(moment: datetime, dice: random.Random) -> datetime:
    return moment - timedelta(hours=dice.randint(1, 60))


def _body(words: int, blocks: int, writer: Writer, around: Surroundings) -> list[dict[str, Any]]:
    each = words // blocks
    paragraphs = [
        writer.paragraph(each, link=around.index.pk if number % 3 == 0 else None)
        for number in range(blocks)
    ]
    paragraphs[blocks // 2] = _block(
        "quote", {"quote": writer.text(each), "attribution": writer.title()}
    )
    return paragraphs


def _action(blocks: int, writer: Writer, around: Surroundings) -> list[dict[str, Any]]:
    kinds = ("petition", "representative", "letter")
    return [
        _block(
            "call_to_action",
            {"kind": kind, "text": writer.text(40), **NOTHING, kind: getattr(around, kind).pk},
        )
        for number in range(blocks)
        for kind in [kinds[number % 3]]
    ]


def _to_do(blocks: int, writer: Writer, around: Surroundings) -> list[dict[str, Any]]:
    return [
        _block(
            "group",
            {
                "heading": writer.title()[:120],
                "items": [
                    {
                        "type": "item",
                        "id": str(uuid.uuid4()),
                        "value": {
                            "kind": "write",
                            "text": writer.text(15),
                            **NOTHING,
                            "representative": around.representative.pk,
                        },
                    }
                    for _ in range(4)
                ],
            },
        )
        for _ in range(blocks)
    ]


def _links(article: ArticlePage, writer: Writer) -> list[RelatedLink]:
    number = int(article.source_address.rpartition("/")[2])
    count = LINKS_AT_MOST if number == 1 else writer.dice.randint(0, LINKS_AT_MOST)
    return [
        RelatedLink(
            article_id=article.pk,
            address=f"https://load.example/{number}/{position}",
            title=writer.title(),
            publisher="Load Gazette",
            published_at=article.source_published_at,
            position=position,
        )
        for position in range(count)
    ]


def _insert(articles: list[ArticlePage]) -> None:
    """Insert the articles' own rows; bulk_create refuses models whose parents have tables."""
    fields = ArticlePage._meta.local_concrete_fields
    rows = ArticlePage._base_manager.all()
    at_once = max(connection.ops.bulk_batch_size(fields, articles), 1)
    for start in range(0, len(articles), at_once):
        rows._insert(articles[start : start + at_once], fields=fields, using=DEFAULT_DB_ALIAS)
