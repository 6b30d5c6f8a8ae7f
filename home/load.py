"""Made-up articles in any number, for benchmarks: of the lengths and parts that real ones have.

They are written past the models, a thousand at a time: nothing of them was drafted, reviewed or
checked, and no page of the newsroom should be made in this way. Their sources' addresses mark them:
nobody's real address ends in .example.
"""

from __future__ import annotations

import io
import random
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import accumulate
from typing import TYPE_CHECKING, Any

from django.contrib.contenttypes.models import ContentType
from django.core.files.images import ImageFile
from django.db import DEFAULT_DB_ALIAS, connection, reset_queries, transaction
from django.utils import timezone
from PIL import Image
from wagtail.models import Page
from wagtail.search.backends import get_search_backend
from wagtail.search.index import AutocompleteField, SearchField

from advocacy.models import Letter, Petition, Representative
from cms.core.models import Picture
from news import provenance
from news.models import ArticleIndexPage, ArticlePage, ArticleTag, Category, RelatedLink, Source

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.db.models import QuerySet

BATCH = 1000
# All marks are this word or this address.
MARK = "load"
ADDRESS = "https://load.example/"
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


# Texts --------------------------------------------------------------------------------------------


class Writer:
    """Writes texts that are long, wide and varied as real ones are; one seed, the same texts."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)  # noqa: S311 - nothing secret is drawn
        words = {self._word() for _ in range(VOCABULARY * 2)}
        # The most frequent word first.
        self.words = sorted(words, key=lambda word: (len(word), word))[:VOCABULARY]
        self._weights = list(accumulate(1 / (rank + 2) for rank in range(len(self.words))))
        self._sentences = [" ".join(self._some(8, 26)).capitalize() + "." for _ in range(3000)]

    def _word(self) -> str:
        return "".join(self.dice.choices(SYLLABLES, k=self.dice.choice((1, 2, 2, 3, 3, 4))))

    def _some(self, fewest: int, most: int) -> list[str]:
        number = self.dice.randint(fewest, most)
        return self.dice.choices(self.words, cum_weights=self._weights, k=number)

    def text(self, words: int) -> str:
        """Sentences of about so many words together."""
        chosen: list[str] = []
        while words > 0:
            chosen.append(self.dice.choice(self._sentences))
            words -= chosen[-1].count(" ") + 1
        return " ".join(chosen)

    def title(self) -> str:
        """A headline of four to nine words."""
        return " ".join(self._some(4, 9)).capitalize()

    def block(self, kind: str, value: Any) -> dict[str, Any]:
        """A block as it is stored."""
        number = uuid.UUID(int=self.dice.getrandbits(128), version=4)
        return {"type": kind, "value": value, "id": str(number)}

    def paragraph(self, words: int, *, link: int | None = None) -> dict[str, Any]:
        """A paragraph, with a link to a page where one is given."""
        text = self.text(words)
        if link:
            text += f' <a linktype="page" id="{link}">{self.title()}</a>.'
        return self.block("paragraph", f"<p>{text}</p>")


# All of it ----------------------------------------------------------------------------------------


@dataclass
class Surroundings:
    """What made-up articles are filed under, come from and lead to."""

    index: ArticleIndexPage
    pictures: list[Picture]
    categories: list[Category]
    sources: list[Source]
    tags: list[Any]
    petition: Petition
    representative: Representative
    letter: Letter
    search: Any


def made_up() -> QuerySet[ArticlePage]:
    """The articles that are here for measuring only."""
    articles: QuerySet[ArticlePage] = ArticlePage.objects.filter(source_address__startswith=ADDRESS)
    return articles


def slug(number: int) -> str:
    """The address of a made-up article; 1 has 60 blocks and 3,500 words, 2 has six blocks."""
    return f"{MARK}-{number}"


def generate(count: int, *, seed: int) -> Iterator[int]:
    """Write ``count`` articles below the index, the newest first; yields how many at a time."""
    writer = Writer(seed)
    around = _surroundings(writer)
    step = _last_step(around.index)
    children = around.index.numchild
    for start in range(1, count + 1, BATCH):
        numbers = range(start, min(start + BATCH, count + 1))
        with transaction.atomic():
            _write(numbers, step, writer, around)
            ArticleIndexPage.objects.filter(pk=around.index.pk).update(
                numchild=children + numbers[-1]
            )
        # Where queries are logged, they would hold every article.
        reset_queries()
        yield len(numbers)
    with transaction.atomic():
        type(around.search)._refresh_title_norms(around.search)
    for page in made_up().filter(slug__in=[slug(1), slug(2)]):
        # These are opened and saved in measurements, as an editor finds them: with a history.
        page.save_revision()


def remove() -> Iterator[int]:
    """Delete the made-up articles and what was made up around them; yields how many at a time."""
    while batch := list(made_up().order_by("pk").values_list("pk", flat=True)[:BATCH]):
        with transaction.atomic():
            Page.objects.filter(pk__in=batch).delete()
        reset_queries()
        yield len(batch)
    # What people have used since is theirs.
    for picture in Picture.objects.filter(title__startswith=f"{MARK} "):
        picture.delete()
    Category.objects.filter(slug__startswith=f"{MARK}-", articles=None).delete()
    Source.objects.filter(home_page=ADDRESS, articles=None).delete()
    tag = ArticleTag.tag_model()
    tag.objects.filter(slug__startswith=f"{MARK}-", news_articletag_items=None).delete()
    Petition.objects.filter(slug=MARK, signatures=None).delete()
    Representative.objects.filter(slug=MARK).delete()
    Letter.objects.filter(slug=MARK).delete()


# What stands around the articles ------------------------------------------------------------------


def _surroundings(writer: Writer) -> Surroundings:
    tag = ArticleTag.tag_model()
    return Surroundings(
        index=ArticleIndexPage.objects.get(),
        pictures=[_picture(number) for number in range(PICTURES)],
        categories=[
            Category.objects.get_or_create(
                slug=f"{MARK}-{n}",
                defaults={"name": f"{MARK} {n}", "introduction": writer.text(20)},
            )[0]
            for n in range(CATEGORIES)
        ],
        sources=[
            Source.objects.get_or_create(name=f"{MARK} {n}", defaults={"home_page": ADDRESS})[0]
            for n in range(SOURCES)
        ],
        tags=[
            tag.objects.get_or_create(slug=f"{MARK}-{n}", defaults={"name": f"{MARK} {n}"})[0]
            for n in range(TAGS)
        ],
        petition=Petition.objects.get_or_create(
            slug=MARK,
            defaults={
                "title": writer.title(),
                "summary": writer.text(20)[:300],
                "ask": f"<p>{writer.text(120)}</p>",
                "goal": 5000,
                "status": Petition.Status.OPEN,
            },
        )[0],
        representative=Representative.objects.get_or_create(
            slug=MARK,
            defaults={
                "first_name": "Load",
                "last_name": "Bearer",
                "name": "Load Bearer",
                "office": "senator",
                "state": "WI",
            },
        )[0],
        letter=Letter.objects.get_or_create(
            slug=MARK,
            defaults={
                "title": writer.title(),
                "subject": "A made-up letter",
                "body": "{salutation},\n\n" + writer.text(150),
            },
        )[0],
        search=_search_index(),
    )


def _picture(number: int) -> Picture:
    title = f"{MARK} {number}"
    if picture := Picture.objects.filter(title=title).first():
        return picture
    size = (1600, 1067)
    noise = Image.effect_noise((64, 43), 90 + number * 10).resize(size)
    gradient = Image.linear_gradient("L").resize(size)
    drawn = Image.merge("RGB", (noise, gradient, Image.blend(noise, gradient, 0.5)))
    buffer = io.BytesIO()
    drawn.save(buffer, "JPEG", quality=80)
    picture = Picture(title=title, description="A surface of colours.", credit="Made up")
    name = f"{MARK}-{number}.jpg"
    picture.file.save(name, ImageFile(buffer, name=name))
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
        [
            link
            for number, article in zip(numbers, articles, strict=True)
            for link in _links(number, article, writer)
        ],
        batch_size=BATCH,
    )
    dice = writer.dice
    filed = [dice.sample(around.categories, dice.randint(1, 3)) for _ in articles]
    tagged = [dice.sample(around.tags, dice.randint(0, 4)) for _ in articles]
    through = ArticlePage.categories.through
    through.objects.bulk_create(
        [
            through(articlepage_id=article.pk, category_id=category.pk)
            for article, categories in zip(articles, filed, strict=True)
            for category in categories
        ]
    )
    ArticleTag.objects.bulk_create(
        [
            ArticleTag(content_object_id=article.pk, tag_id=tag.pk)
            for article, tags in zip(articles, tagged, strict=True)
            for tag in tags
        ]
    )
    _index(articles, [[*c, *t] for c, t in zip(filed, tagged, strict=True)], around.search)


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
        latest_revision_created_at=when,
    )


def _article(number: int, page: Page, writer: Writer, around: Surroundings) -> ArticlePage:
    dice = writer.dice
    words, blocks, opinions, actions, groups = {
        1: (1650, 36, 10, 7, 7),
        2: (400, 3, 1, 1, 1),
    }.get(
        number,
        (dice.randint(150, 600), 6, dice.randint(0, 5), dice.randint(0, 3), dice.randint(0, 3)),
    )
    article = ArticlePage(
        page_ptr_id=page.pk,
        introduction=writer.text(25)[:600],
        byline="Load Bearer",
        source=dice.choice(around.sources),
        source_address=f"{ADDRESS}{number}",
        source_published_at=_earlier(page.first_published_at, dice),
        lead_image=dice.choice(around.pictures) if number <= 2 or dice.random() < 0.8 else None,
        featured=dice.random() < 0.02,
        petition=around.petition if number <= 2 or dice.random() < 0.5 else None,
        body=_body(words, blocks, writer, around),
        opinion=[writer.paragraph(45, link=around.index.pk) for _ in range(opinions)],
        action=_action(actions, writer, around),
        to_do=_to_do(groups, writer, around),
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
    quote = {"quote": writer.text(each), "attribution": writer.title()}
    paragraphs[blocks // 2] = writer.block("quote", quote)
    return paragraphs


def _action(blocks: int, writer: Writer, around: Surroundings) -> list[dict[str, Any]]:
    kinds = ("petition", "representative", "letter")
    return [
        writer.block(
            "call_to_action",
            {"kind": kind, "text": writer.text(40), **NOTHING, kind: getattr(around, kind).pk},
        )
        for number in range(blocks)
        for kind in [kinds[number % 3]]
    ]


def _to_do(blocks: int, writer: Writer, around: Surroundings) -> list[dict[str, Any]]:
    def item() -> dict[str, Any]:
        whom = {**NOTHING, "representative": around.representative.pk}
        return writer.block("item", {"kind": "write", "text": writer.text(15), **whom})

    return [
        writer.block(
            "group", {"heading": writer.title()[:120], "items": [item() for _ in range(4)]}
        )
        for _ in range(blocks)
    ]


def _links(number: int, article: ArticlePage, writer: Writer) -> list[RelatedLink]:
    count = LINKS_AT_MOST if number <= 2 else writer.dice.randint(0, LINKS_AT_MOST)
    return [
        RelatedLink(
            article_id=article.pk,
            address=f"{ADDRESS}{number}/{position}",
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


# Search -------------------------------------------------------------------------------------------

# What the index is told of an article: its fields as one text.
_INDEXED = [SearchField("title"), AutocompleteField("title"), SearchField("search_text")]


def _search_index() -> Any:
    """The admin's index, which leaves titles unweighed: that reads every row for each batch."""
    index = get_search_backend().get_index_for_model(ArticlePage)
    index._refresh_title_norms = lambda: None
    return index


def _index(articles: list[ArticlePage], filed: list[list[Any]], index: Any) -> None:
    """Add a batch to the index.

    Wagtail gathers each text three times from opened blocks, which takes five times as long as
    making the article. So the stored text is handed over as a field of its own.
    """
    for article, subjects in zip(articles, filed, strict=True):
        blocks = [
            block
            for name in ("body", "opinion", "action", "to_do")
            for block in getattr(article, name).raw_data
        ]
        texts = [article.introduction, *map(provenance.words, blocks), article.source.name]
        article.search_text = " ".join([*texts, *map(str, subjects)])
        article.get_search_fields = lambda: _INDEXED
    index.add_items(ArticlePage, articles)
