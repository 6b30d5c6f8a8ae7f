"""Articles with many blocks of every kind, each naming something of its own."""

from __future__ import annotations

import uuid
from typing import Any

from wagtail.images.tests.utils import get_test_image_file

from cms.core.models import Picture
from news.models import ArticlePage, Correction
from tests.factories.advocacy import LetterFactory, PetitionFactory, RepresentativeFactory
from tests.factories.news import (
    AuthorFactory,
    CategoryFactory,
    RelatedLinkFactory,
    article,
    block,
    written_by,
)

BLOCKS_A_ROUND = 6
NOTHING = {
    "petition": None,
    "representative": None,
    "letter": None,
    "link_title": "",
    "link_address": "",
}


def picture(number: int = 0) -> Picture:
    """A small picture, of which renditions are quickly made."""
    return Picture.objects.create(
        title=f"Picture {number}",
        description=f"A street with number {number}.",
        file=get_test_image_file(filename=f"picture-{number}.png", size=(24, 16)),
    )


def long_article(blocks: int, *, live: bool = True, **fields: Any) -> ArticlePage:
    """An article of that many blocks, a multiple of six: links, pictures, the whole registry."""
    neighbours = [article(title=f"A neighbour {n}", live=True) for n in range(2)]
    content: dict[str, list[dict[str, Any]]] = {
        "body": [],
        "opinion": [],
        "action": [],
        "to_do": [],
    }
    for number in range(blocks // BLOCKS_A_ROUND):
        link = f'<a linktype="page" id="{neighbours[number % 2].pk}">the earlier story</a>'
        words = f"The town with number {number} wrote back, as {link} said."
        image = picture(number)
        named = {
            "petition": PetitionFactory().pk,
            "representative": RepresentativeFactory().pk,
            "letter": LetterFactory().pk,
        }
        content["body"] += [
            block("paragraph", f"<p>{words} {'It took a while. ' * 8}</p>"),
            block("image", {"image": image.pk, "alt": "", "caption": "A street.", "credit": ""}),
        ]
        content["opinion"].append(block("paragraph", f"<p>{words}</p>"))
        content["action"].append(
            block(
                "call_to_action",
                {"kind": "petition", "text": "Go.", **NOTHING, "petition": named["petition"]},
            )
        )
        content["to_do"] += [
            block(
                "group",
                {
                    "heading": f"Part {number}",
                    "items": [
                        _item({"kind": "write", "text": f"Do {key}.", **NOTHING, key: entry})
                        for key, entry in named.items()
                    ],
                },
            ),
            block(
                "sample_letter",
                {"subject": "The deadline", "body": "Dear Senator", "letter": named["letter"]},
            ),
        ]
    return article(live=live, **{**content, **fields})


def _item(value: dict[str, Any]) -> dict[str, Any]:
    return {"type": "item", "id": str(uuid.uuid4()), "value": value}


def complete_article(blocks: int) -> ArticlePage:
    """The same with everything else that an article may have."""
    page = long_article(
        blocks,
        lead_image=picture(100),
        social_image=picture(101),
        petition=PetitionFactory(),
        byline="Ruth Lindqvist",
    )
    page.categories.set([CategoryFactory() for _ in range(3)])
    page.tags.add("water", "lead")
    written_by(page, AuthorFactory(), AuthorFactory())
    page.save()
    for number in range(10):
        RelatedLinkFactory(article=page, position=number)
    for number in range(2):
        Correction.objects.create(page=page, text=f"It said {number}.", sort_order=number)
    return page
