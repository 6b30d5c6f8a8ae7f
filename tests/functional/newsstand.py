"""One article with every block, and all that it leads to: what the readers' browser tests read."""

from __future__ import annotations

import datetime
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils import timezone
from wagtail.images.tests.utils import get_test_image_file

from cms.core.models import Picture
from news.models import ArticlePage, Correction
from tests.factories.advocacy import (
    ChannelFactory,
    LetterFactory,
    PetitionFactory,
    RepresentativeFactory,
)
from tests.factories.districts import load_map
from tests.factories.news import (
    AuthorFactory,
    CategoryFactory,
    RelatedLinkFactory,
    article,
    block,
    paragraph,
    written_by,
)

if TYPE_CHECKING:
    from advocacy.models import Letter, Petition, Representative
    from news.models import Category

FOLDED_WORDS = "The last sentence stands behind the fold."
LETTER_WORDS = "I ask you to keep the deadline."
MORE_WORDS = " ".join(["The inventory of the pipes is public and should be easy to find."] * 12)


@dataclass(frozen=True)
class Newsstand:
    """What there is to read."""

    article: ArticlePage
    second_article: ArticlePage
    category: Category
    petition: Petition
    representative: Representative
    letter: Letter
    own_letter: Letter

    @property
    def addresses(self) -> list[str]:
        """Every kind of page that a reader can open, once."""
        petition = self.petition.get_absolute_url()
        return [
            "/",
            "/news/",
            self.article.url,
            self.second_article.url,
            "/categories/",
            self.category.get_absolute_url(),
            "/categories/pipes/",
            "/categories/health-and-safety/?page=2",
            "/archive/",
            f"/archive/{timezone.localdate().year}/",
            f"/archive/{timezone.localdate():%Y/%m}/",
            "/tags/lead/",
            self.article.source.get_absolute_url(),
            "/authors/ana-ruiz/",
            "/authors/new-here/",
            "/search/",
            "/search/?q=pipe",
            "/search/?q=zebra",
            "/petitions/",
            petition,
            f"{petition}check-your-mail/",
            f"{petition}thanks/",
            f"{petition}embed/",
            "/petitions/notices/stop/no-such-token/",
            "/my-signatures/",
            "/my-signatures/check-your-mail/",
            "/my-signatures/ended/",
            "/my-signatures/no-such-token/",
            f"{petition}confirm/no-such-token/",
            "/representatives/",
            "/representatives/?zip=53703",
            "/representatives/?zip=20500",
            self.representative.get_absolute_url(),
            f"{self.representative.get_absolute_url()}report/",
            f"{self.representative.get_absolute_url()}report/thanks/",
            self.letter.get_absolute_url(),
            self.own_letter.get_absolute_url(),
            f"{self.own_letter.get_absolute_url()}?to={self.representative.slug}",
            "/subscribe/",
            "/subscribe/check-your-mail/",
            "/subscribe/thanks/",
            "/unsubscribe/no-such-token/",
            "/no-such-page/",
            "/news/a-plan-before-the-fires/",
        ]


def open_newsstand() -> Newsstand:
    """Fill the site with one of everything."""
    category = CategoryFactory(name="Health and safety", slug="health-and-safety")
    representative = RepresentativeFactory(slug="tammy-baldwin", last_name="Baldwin")
    load_map({"53703": "WI-2 WI-3"})
    for kind, value in (
        ("form", "https://www.baldwin.senate.gov/contact"),
        ("phone", "202-224-5653"),
        ("email", "office@example.gov"),
        ("post", "141 Hart Senate Office Building, Washington, DC 20510"),
        ("post", "30 W. Mifflin St., Suite 700, Madison, WI 53703"),
        ("fax", "202-224-0001"),
    ):
        ChannelFactory(representative=representative, kind=kind, value=value)
    petition = PetitionFactory(slug="finish-the-lead-pipes", targets=[representative])
    type(petition).objects.filter(pk=petition.pk).update(confirmed_count=620)
    letter = LetterFactory(slug="keep-the-deadline", targets=[representative])
    own_letter = LetterFactory(slug="to-your-own", title="To your own")
    picture = Picture.objects.create(
        title="A street, cut open",
        description="A street, cut open: a dull pipe and a bright one.",
        credit="Illustration: Dovetail",
        file=get_test_image_file(filename="street.png", size=(480, 320)),
    )
    second = article(title="A plan before the fire", live=True, lead_image=picture)
    first = article(
        title="Ten years to take the lead out of the ground",
        featured=True,
        byline="Ruth Lindqvist",
        lead_image=picture,
        petition=petition,
        body=_body(picture),
        opinion=_opinion(),
        action=_action(petition, representative, letter),
        to_do=_to_do(petition, representative),
        live=True,
    )
    pipes = CategoryFactory(name="Pipes", slug="pipes", parent=category)
    ana = AuthorFactory(
        name="Ana Ruiz", slug="ana-ruiz", introduction="Writes about water.", picture=picture
    )
    AuthorFactory(name="Bo Li", slug="new-here")
    for page in (first, second):
        page.categories.set([category, pipes])
        page.tags.add("lead", "water")
        written_by(page, ana)
        page.save()
    Correction.objects.create(page=first, text="It said 2026. It is 2027.")
    for days in (1, 40):
        RelatedLinkFactory(
            article=first, published_at=timezone.now() - datetime.timedelta(days=days)
        )
    return Newsstand(first, second, category, petition, representative, letter, own_letter)


def _body(picture: Picture) -> list[dict[str, Any]]:
    return [
        paragraph(f"The pipe that matters is the one that <i>nobody</i> has seen. {MORE_WORDS}"),
        block("heading", "No safe level"),
        block("quote", {"quote": "We waited long enough.", "attribution": "The committee’s chair"}),
        block("image", {"image": picture.pk, "alt": "", "caption": "The street.", "credit": ""}),
        block(
            "embed",
            {
                "kind": "video",
                "title": "The hearing in full",
                "address": "https://hearing.example/",
                "description": "Two hours.",
            },
        ),
        paragraph(FOLDED_WORDS),
    ]


def _opinion() -> list[dict[str, Any]]:
    return [
        paragraph("A deadline is the right instrument for a job like that."),
        block(
            "context",
            {
                "date": "1986-06-19",
                "fact": "Congress banned lead pipe in new plumbing.",
                "source_title": "Public Law 99-339",
                "source_address": "https://law.example/",
            },
        ),
        block(
            "pull_quote",
            {"quote": "Nobody sends an invoice.", "attribution": "A mayor", "source_address": ""},
        ),
    ]


def _nothing_named() -> dict[str, Any]:
    return {
        "petition": None,
        "representative": None,
        "letter": None,
        "link_title": "",
        "link_address": "",
    }


def _action(
    petition: Petition, representative: Representative, letter: Letter
) -> list[dict[str, Any]]:
    named: list[tuple[str, dict[str, Any]]] = [
        ("petition", {"petition": petition.pk}),
        ("representative", {"representative": representative.pk}),
        ("letter", {"letter": letter.pk}),
        ("link", {"link_title": "The rule", "link_address": "https://rule.example/"}),
    ]
    return [
        paragraph("Two decisions are open wherever you live."),
        *(
            block(
                "call_to_action",
                {"kind": kind, "text": "It is worth it.", **_nothing_named(), **fields},
            )
            for kind, fields in named
        ),
        block("question", {"question": "Who pays?", "why": "It decides the rest."}),
    ]


def _to_do(petition: Petition, representative: Representative) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = [
        {"kind": "read", "text": "Look your address up."},
        {"kind": "sign", "text": "Sign the petition.", "petition": petition.pk},
        {"kind": "write", "text": "Write once.", "representative": representative.pk},
    ]
    return [
        block(
            "group",
            {
                "heading": "Five minutes",
                "items": [
                    {
                        "type": "item",
                        "id": str(uuid.uuid4()),
                        "value": {**_nothing_named(), **item},
                    }
                    for item in items
                ],
            },
        ),
        block(
            "talking_points",
            {
                "heading": "What to say",
                "points": [
                    {"type": "item", "id": str(uuid.uuid4()), "value": point}
                    for point in ("Publish the map.", "Replace both halves.")
                ],
            },
        ),
        block(
            "sample_letter",
            {
                "subject": "The deadline",
                "body": f"{{salutation}},\n\n{LETTER_WORDS}",
                "letter": None,
            },
        ),
    ]
