"""Scripts in what people and the model write: rich text, titles, comments. Nowhere does one run."""

from __future__ import annotations

import json
from typing import Any

import pytest
from wagtail.admin.rich_text.converters.contentstate import ContentstateConverter

from advocacy.models.signatures import Display
from news.drafting import stream
from news.drafting.schemas import OpinionDraft
from news.models import ArticlePage
from tests.factories.advocacy import PetitionFactory, SignatureFactory
from tests.factories.news import approve, article, block, drafted
from tests.factories.people import editor, reviewer
from tests.functional.conftest import LoginAs, NewPage
from tests.functional.test_hostile_sources import ALL, HURT, PAYLOADS, unhurt

pytestmark = pytest.mark.django_db(transaction=True)


def written(text: str) -> str:
    """What the editor's rich text makes of a text whose link runs a script."""
    state = {
        "blocks": [
            {
                "key": "first",
                "text": text,
                "type": "unstyled",
                "depth": 0,
                "inlineStyleRanges": [{"offset": 0, "length": 10, "style": "BOLD"}],
                "entityRanges": [{"offset": 0, "length": len(text), "key": 0}],
            }
        ],
        "entityMap": {
            "0": {"type": "LINK", "mutability": "MUTABLE", "data": {"url": f"javascript:{HURT}"}}
        },
    }
    converter = ContentstateConverter(["bold", "link"])
    return str(converter.to_database_format(json.dumps(state)))


def of_the_model() -> list[dict[str, Any]]:
    """Blocks as they are made of a model's reply, here one that no guard has seen."""
    blocks = [{"type": "paragraph", "text": payload} for payload in PAYLOADS]
    return stream.blocks_of(OpinionDraft.model_validate({"blocks": blocks}))


def test_no_script_of_a_writer_or_signer_or_model_runs_anywhere(
    new_page: NewPage, login_as: LoginAs
) -> None:
    petition = PetitionFactory.create(title=ALL[:160], summary=ALL[:300], confirmed_count=1)
    SignatureFactory.create(
        petition=petition,
        confirmed=True,
        name=f"Ada {PAYLOADS[1]}",
        comment=ALL[:500],
        display=Display.SHOWN,
    )
    page: ArticlePage = article(
        title=ALL[:200],
        introduction=ALL[:250],
        body=[block("paragraph", written(ALL))],
        petition=petition,
    )
    drafted(page, "opinion", of_the_model(), by=editor())
    approve(page, "opinion", by=reviewer())
    page.get_latest_revision().publish()
    page.refresh_from_db()
    reader = new_page()
    for address in (page.url, "/", "/news/", petition.get_absolute_url(), "/petitions/"):
        reader.goto(address)
        unhurt(reader)
        assert reader.locator("a[href^='javascript:']").count() == 0
        assert "window.hurt" in reader.inner_text("body"), "it is there, as text"
    staff = new_page()
    login_as(staff, "admin")
    for address in (
        f"/admin/pages/{page.pk}/edit/",
        f"/admin/pages/{page.pk}/history/",
        f"/admin/reports/site-history/?object_type={page.content_type_id}",
    ):
        staff.goto(address)
        unhurt(staff)
