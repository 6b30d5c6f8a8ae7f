"""A campaigner delivers a petition and tells those who signed; a signer sees and erases."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from post_office.models import Email
from wagtail.models import Site

from advocacy import own_data, tally
from advocacy.models import DataRequest, Delivery, Notice, Petition, Signature
from cms.core import mail
from tests.factories.advocacy import PetitionFactory, RepresentativeFactory, SignatureFactory
from tests.functional.conftest import LoginAs, NewPage

SMALL = (360, 740)
WAGTAILS_OWN = (".sidebar-wrapper", ".messages", "w-userbar")


@pytest.fixture
def petition(site: Site) -> Petition:
    """Ada and two more signed it, and want to be told how it ends."""
    baldwin = RepresentativeFactory.create(last_name="Baldwin")
    petition = PetitionFactory.create(
        slug="pipes", title="Finish the lead pipes", targets=[baldwin], confirmed_count=3
    )
    for name in ("ada", "ben", "cleo"):
        SignatureFactory.create(
            petition=petition,
            name=f"{name.title()} Lovelace",
            email=f"{name}@example.org",
            confirmed=True,
            wants_outcome=True,
        )
    tally.update()
    return petition


def mails_to(address: str) -> list[str]:
    """What the outbox holds for an address; what was sent meanwhile has no text any more."""
    return [row.message for row in Email.objects.order_by("pk") if address in row.to]


def press(page: Page, name: str) -> None:
    """With the keyboard alone."""
    page.get_by_role("button", name=name).focus()
    page.keyboard.press("Enter")


def test_a_campaigner_delivers_and_tells_signers(
    page: Page, petition: Petition, login_as: LoginAs, axe: Callable[..., None]
) -> None:
    login_as(page, "campaigner")
    campaign = f"/admin/snippets/advocacy/petition/inspect/{petition.pk}/"
    page.goto(campaign)
    expect(
        page.get_by_role("img", name=re.compile("Confirmed signatures on each day"))
    ).to_be_visible()
    axe(page, within="main")
    # The list to hand over.
    with page.expect_download() as taken:
        page.get_by_role("button", name="Signed list as CSV").click()
    text = taken.value.path().read_text(encoding="utf-8")
    assert "Ada Lovelace" in text
    assert "@" not in text
    with page.context.expect_page() as opened:
        page.get_by_role("button", name="Signed list to print").click()
    sheet = opened.value
    expect(sheet.get_by_role("cell", name="Cleo Lovelace")).to_be_visible()
    axe(sheet)
    sheet.close()
    # The delivery.
    page.get_by_role("link", name="Note a delivery").click()
    page.get_by_role("button", name="Choose representative").click()
    page.get_by_role("link", name=re.compile("Baldwin")).click()
    page.get_by_label("How").select_option(label="By hand")
    page.get_by_role("textbox", name="Answer", exact=True).fill("I will vote for it.")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text(re.compile("Delivery .* created"))).to_be_visible()
    assert Delivery.objects.get().signature_count == 3
    # The end.
    page.goto(campaign)
    page.get_by_role("link", name="Won", exact=True).click()
    page.locator(".public-DraftEditor-content").click()
    page.keyboard.type("The Senate voted for the money.")
    # Wagtail's editor hands over what was typed a moment later.
    expect(page.locator("input[name=outcome]")).to_have_value(re.compile("for the money"))
    axe(page, within="main", without=(".Draftail-Editor",))
    page.get_by_role("button", name="Won: publish the outcome").click()
    expect(page.get_by_text("“Finish the lead pipes” is won.")).to_be_visible()
    # The notice: written, looked at, tested, confirmed.
    page.get_by_role("link", name="Write to those who want to be told").click()
    page.get_by_label("Subject").fill("We won")
    page.get_by_label("Text").fill("The Senate voted.\n\nThank you.")
    axe(page, within="main")
    page.get_by_role("button", name="Save and look at it").click()
    expect(page.get_by_text("3 signers asked to be told.")).to_be_visible()
    axe(page, within="main")
    page.get_by_role("button", name="Send a test to me").click()
    expect(page.get_by_text("A test is on its way to campaigner@example.org.")).to_be_visible()
    page.get_by_role("button", name="Send it to 3 signers").click()
    expect(page.get_by_text("3 of 3 written into the outbox")).to_be_visible()
    mail._background.wait()
    assert Notice.objects.get().status == "sent"
    assert Email.objects.filter(subject="We won").count() == 3
    # What readers see.
    page.goto(petition.get_absolute_url())
    expect(page.get_by_text("The Senate voted for the money.")).to_be_visible()
    expect(page.get_by_text("I will vote for it.")).to_be_visible()
    axe(page)


@pytest.mark.parametrize("javascript", [True, False])
def test_a_signer_sees_and_erases_what_was_signed(
    new_page: NewPage, petition: Petition, axe: Callable[..., None], javascript: bool
) -> None:
    page = new_page(viewport=SMALL, javascript=javascript)

    def looks_right() -> None:
        if javascript:
            axe(page)
            wide = page.evaluate("document.documentElement.scrollWidth")
            assert wide <= SMALL[0]

    page.goto(petition.get_absolute_url())
    page.get_by_role("link", name="See, download or erase what you signed").focus()
    page.keyboard.press("Enter")
    page.get_by_label("E-mail").focus()
    page.keyboard.type("ada@example.org")
    looks_right()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Look into your mail")).to_be_visible()
    looks_right()
    # The console took the mail, and its text is gone; the link is made anew as the mail had it.
    mail._background.wait()
    page.goto(link_for("ada@example.org"))
    expect(page.get_by_text("Ada Lovelace")).to_be_visible()
    looks_right()
    with page.expect_download() as taken:
        page.get_by_role("link", name="Download it").click()
    assert "Ada Lovelace" in taken.value.path().read_text(encoding="utf-8")
    page.get_by_text("Erase this signature").focus()
    page.keyboard.press("Enter")
    looks_right()
    press(page, "Erase it: Finish the lead pipes")
    expect(page.get_by_role("status")).to_have_text("The signature is erased.")
    assert not Signature.objects.filter(email="ada@example.org").exists()
    petition.refresh_from_db()
    assert petition.confirmed_count == 2
    page.get_by_text("Erase everything").first.focus()
    page.keyboard.press("Enter")
    press(page, "Erase everything")
    expect(page.get_by_role("heading", name="It is erased")).to_be_visible()
    looks_right()
    assert not mails_to("ada@example.org")


def link_for(address: str) -> str:
    """The link of the newest mail, relative to the site."""
    found = own_data.address_of(DataRequest.objects.get(email=address))
    return "/" + found.split("/", 3)[3]


def test_a_petition_stands_in_a_frame_of_another_site_and_opens_in_a_tab_of_its_own(
    page: Page, petition: Petition, axe: Callable[..., None]
) -> None:
    page.goto(f"/petitions/{petition.slug}/embed/")
    axe(page)
    assert page.context.cookies() == []
    with page.context.expect_page() as opened:
        page.get_by_role("link", name=re.compile("Sign it at")).click()
    expect(opened.value.get_by_role("heading", name="Finish the lead pipes")).to_be_visible()
    assert opened.value.evaluate("window.opener") is None
