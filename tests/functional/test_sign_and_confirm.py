"""From an article to a signature that counts, and on to the next thing to do."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect
from pytest_django import Settings
from wagtail.models import Site

from advocacy.models import Display, Petition, Signature
from cms.core import mail
from cms.core.models import SpentProof
from news.models import ArticlePage
from tests.advocacy.test_signatures import token_from
from tests.factories.advocacy import PetitionFactory, RepresentativeFactory, SignatureFactory
from tests.factories.news import article
from tests.functional.conftest import LoginAs, NewPage
from tests.mailserver import MailServer

PHONE = (360, 740)


@pytest.fixture
def server(settings: Settings) -> Iterator[MailServer]:
    """A real mail server."""
    settings.POST_OFFICE = {
        **settings.POST_OFFICE,
        "BACKENDS": {"default": "django.core.mail.backends.smtp.EmailBackend"},
    }
    started = MailServer()
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", started.port
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    # As in production: a browser has to do it in no time.
    settings.PROOF_OF_WORK = 200_000
    with started:
        yield started
        mail._background.wait()


@pytest.fixture
def petition(site: Site) -> Petition:
    return PetitionFactory.create(
        title="Finish the lead pipes", targets=[RepresentativeFactory.create()]
    )


@pytest.fixture
def story(petition: Petition) -> ArticlePage:
    def item(number: int, kind: str, text: str, **value: object) -> dict[str, object]:
        values = {"kind": kind, "text": text, **value}
        return {"type": "item", "id": f"item-{number}", "value": values}

    items = [
        item(1, "sign", "Sign the petition.", petition=petition.pk),
        item(2, "read", "Read the rule."),
        item(3, "talk", "Ask one neighbor."),
    ]
    group = {"type": "group", "value": {"heading": "Today", "items": items}}
    return article(live=True, title="Lead in the pipes", petition=petition, to_do=[group])


def link_in_the_mail(server: MailServer, petition: Petition) -> str:
    """The path of the page that the one mail leads to, with what it carries along."""
    mail._background.wait()
    [taken] = server.taken
    text = str(taken.get_payload())
    token = token_from(text)
    rest = text.split(token)[1].split()[0]
    return f"{petition.get_absolute_url()}confirm/{token}{rest}"


def tab_to(page: Page, name: str) -> None:
    """Press Tab until the control with this name has the focus."""
    for _ in range(60):
        page.keyboard.press("Tab")
        focused = page.evaluate(
            "(document.activeElement.labels?.[0] ?? document.activeElement).innerText ?? ''"
        )
        if focused.strip().startswith(name):
            return
    pytest.fail(f"Tab does not reach {name!r}")


def count(petition: Petition) -> int:
    petition.refresh_from_db()
    return petition.confirmed_count


def test_on_a_narrow_phone_the_keyboard_alone_signs_confirms_and_finds_the_next_thing(
    new_page: NewPage,
    server: MailServer,
    story: ArticlePage,
    petition: Petition,
    axe: Callable[..., None],
) -> None:
    page = new_page(viewport=PHONE)
    page.goto(story.url)
    page.get_by_label("Read the rule.").check()
    page.get_by_role("link", name="Sign the petition").first.click()
    axe(page)
    tab_to(page, "Name")
    page.keyboard.type("Ada Lovelace")
    tab_to(page, "E-mail")
    page.keyboard.type("ada@example.org")
    tab_to(page, "ZIP code")
    page.keyboard.type("53703")
    tab_to(page, "Why you sign")
    page.keyboard.type("My children drink from these pipes.")
    tab_to(page, "Show my name and comment")
    page.keyboard.press("Space")
    tab_to(page, "Sign")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Look into your mail")).to_be_visible()
    axe(page)
    assert SpentProof.objects.count() == 1, "the browser did its work"
    assert count(petition) == 0

    page.goto(link_in_the_mail(server, petition))
    expect(page.get_by_text("“Ada L., Wisconsin” and your comment")).to_be_visible()
    axe(page)
    tab_to(page, "Confirm my signature")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Thank you")).to_be_visible()
    axe(page)
    assert count(petition) == 1
    assert Signature.objects.get().display == Display.WAITING
    # What is done is known to this browser only.
    expect(page.get_by_text("Next: Talk. Ask one neighbor.")).to_be_visible()
    expect(page.get_by_text("Done: Read. Read the rule.")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE[0]

    page.get_by_role("link", name="Lead in the pipes").click()
    expect(page.get_by_text("2 of 3 done")).to_be_visible()
    expect(page.get_by_label("Sign the petition.")).to_be_checked()


def test_without_a_script_the_form_is_still_one_step(
    new_page: NewPage, server: MailServer, story: ArticlePage, petition: Petition
) -> None:
    page = new_page(viewport=PHONE, javascript=False)
    page.goto(story.url)
    page.get_by_role("link", name="Sign the petition").first.click()
    page.get_by_label("Name", exact=True).fill("Ada Lovelace")
    page.get_by_label("E-mail", exact=True).fill("ada@example.org")
    page.get_by_label("Country").select_option("DE")
    page.get_by_role("button", name="Sign").click()
    expect(page.get_by_role("heading", name="Look into your mail")).to_be_visible()
    page.goto(link_in_the_mail(server, petition))
    page.get_by_role("button", name="Confirm my signature").click()
    expect(page.get_by_role("heading", name="Thank you")).to_be_visible()
    assert count(petition) == 1
    assert not SpentProof.objects.exists()
    expect(page.get_by_text("Read. Read the rule.")).to_be_visible()
    expect(page.get_by_text("Talk. Ask one neighbor.")).to_be_visible()
    page.get_by_role("link", name="Lead in the pipes").click()
    expect(page.get_by_role("heading", level=1, name="Lead in the pipes")).to_be_visible()


def test_a_form_that_comes_back_keeps_what_was_typed_and_can_be_sent_again(
    page: Page, server: MailServer, petition: Petition
) -> None:
    page.goto(petition.get_absolute_url())
    page.get_by_label("Name", exact=True).fill("Ada Lovelace")
    page.get_by_label("E-mail", exact=True).fill("ada")
    page.get_by_label("ZIP code").fill("53703")
    page.get_by_role("button", name="Sign").click()
    expect(page.get_by_text("This is not an e-mail address.")).to_be_visible()
    page.get_by_label("E-mail", exact=True).fill("ada@example.org")
    page.get_by_role("button", name="Sign").click()
    expect(page.get_by_role("heading", name="Look into your mail")).to_be_visible()
    assert SpentProof.objects.count() == 1


def test_a_browser_without_workers_signs_too(
    page: Page, server: MailServer, petition: Petition
) -> None:
    page.add_init_script("delete window.Worker")
    page.goto(petition.get_absolute_url())
    page.get_by_label("Name", exact=True).fill("Ada Lovelace")
    page.get_by_label("E-mail", exact=True).fill("ada@example.org")
    page.get_by_label("ZIP code").fill("53703")
    page.get_by_role("button", name="Sign").click()
    expect(page.get_by_role("heading", name="Look into your mail")).to_be_visible()
    assert not SpentProof.objects.exists()


@pytest.mark.parametrize("javascript", [True, False], ids=["with scripts", "without scripts"])
def test_a_campaigner_shows_signers_and_undoes_it(
    new_page: NewPage,
    login_as: LoginAs,
    petition: Petition,
    axe: Callable[..., None],
    javascript: bool,
) -> None:
    for number in range(3):
        SignatureFactory.create(
            petition=petition, confirmed=True, display=Display.WAITING, comment=f"Reason {number}"
        )
    page = new_page(javascript=javascript)
    login_as(page, "campaigner")
    page.goto("/admin/signers/")
    if javascript:
        axe(page, within="main", without=(".w-header", "#wagtail-sidebar"))
        page.get_by_label("Reason 0").focus()
        for key in ("x", "j", "x", "a"):
            page.keyboard.press(key)
    else:
        page.get_by_label("Reason 0").check()
        page.get_by_label("Reason 1").check()
        page.get_by_role("button", name="Show the ticked").click()
    expect(page.get_by_text("2 shown under the petition.")).to_be_visible()
    expect(page.get_by_role("checkbox", name="Reason")).to_have_count(1)
    assert Signature.objects.filter(display=Display.SHOWN).count() == 2
    page.get_by_role("button", name="Undo the last decision (2)").click()
    expect(page.get_by_role("checkbox", name="Reason")).to_have_count(3)
    assert not Signature.objects.filter(display=Display.SHOWN).exists()
