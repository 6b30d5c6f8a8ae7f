"""A letter from the first word to the envelope, and a wrong contact from the reader to the campaigner."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from wagtail.models import Site

from advocacy.letters import MAILTO_LIMIT, Sender, copy_for
from advocacy.models import ChannelReport, Letter, ReportStatus, Representative
from tests import pdf
from tests.factories.advocacy import ChannelFactory, LetterFactory, RepresentativeFactory
from tests.factories.districts import load_map
from tests.functional.conftest import LoginAs, NewPage
from tests.functional.journal import Journal

SMALL = (360, 740)
# Where a #10 window shows a sheet however it has slipped, and where it may; inches from the top.
ALWAYS_SEEN = (2.5, 3.167)
PERHAPS_SEEN = (2.042, 3.625)
OWN_WORDS = "My son drinks from this tap."


@pytest.fixture
def senator(site: Site) -> Representative:
    """Somebody who can be reached in every way."""
    senator = RepresentativeFactory(slug="tammy-baldwin", first_name="Tammy", last_name="Baldwin")
    for kind, value in (
        ("email", "office@example.gov"),
        ("form", "https://www.baldwin.senate.gov/contact"),
        ("phone", "202-224-5653"),
        ("post", "141 Hart Senate Office Building, Washington, DC 20510"),
        ("post", "30 W. Mifflin St., Suite 700, Madison, WI 53703"),
    ):
        ChannelFactory(representative=senator, kind=kind, value=value)
    made: Representative = senator
    return made


@pytest.fixture
def letter(senator: Representative) -> Letter:
    """A letter to the reader's own representatives."""
    made: Letter = LetterFactory(
        slug="the-deadline",
        title="Keep the deadline",
        subject="Please keep the deadline",
        body="{salutation},\n\n[One sentence about yourself.]\n\nSincerely,\n[Your name]",
    )
    return made


def printed(page: Page) -> list[pdf.Sheet]:
    """What comes out of the printer."""
    return pdf.sheets(page.pdf(prefer_css_page_size=True))


def lies_right_in_its_envelope(sheet: pdf.Sheet, town: str) -> None:
    """The address is in the window, and nothing else can be."""
    address = [line for line in sheet.lines if PERHAPS_SEEN[0] < line.top < PERHAPS_SEEN[1]]
    assert address[0].text == "Senator Tammy Baldwin"
    assert town in address[-1].text
    for line in address:
        assert ALWAYS_SEEN[0] < line.top < ALWAYS_SEEN[1]
        assert 0.875 <= line.left < 4.375


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def test_a_letter_is_written_with_the_keyboard_on_a_phone_and_printed(
    new_page: NewPage, letter: Letter, journal: Journal, axe: Callable[..., None]
) -> None:
    page = new_page(viewport=SMALL)
    page.goto(f"{letter.get_absolute_url()}?to=tammy-baldwin", wait_until="networkidle")
    asked = len(journal.requests)
    expect(page.get_by_role("button", name="Put my words in")).to_be_hidden()
    expect(page.get_by_text("Still for you to fill in")).to_be_visible()

    page.get_by_label("Subject").focus()
    press(page, "End")
    page.keyboard.type(" now")
    press(page, "Enter", "Tab", "ControlOrMeta+a")
    page.keyboard.type(f"Dear Senator Baldwin,\n\n{OWN_WORDS}\n\nYours,\n[Your name]")
    press(page, "Tab")
    page.keyboard.type("Ada Lovelace")
    press(page, "Tab")
    page.keyboard.type("12 Analytical Row\nMadison, WI 53703")

    expect(page.get_by_text("Still for you to fill in")).to_be_hidden()
    expect(page.locator(".paper")).to_contain_text(OWN_WORDS)
    expect(page.get_by_text("“Hello. My name is Ada Lovelace")).to_be_visible()
    axe(page)
    (sheet,) = printed(page)
    lies_right_in_its_envelope(sheet, "Washington, DC 20510")
    for words in ("Please keep the deadline now", OWN_WORDS, "12 Analytical Row"):
        assert words in sheet.text
    assert sheet.text.count("Ada Lovelace") == 2
    assert "Dovetail" not in sheet.text
    assert "202-224-5653" not in sheet.text
    # A signature fits between the greeting and the name.
    greeting, name = sheet.line("Yours,").top, sheet.lines[-1]
    assert name.text == "Ada Lovelace"
    assert name.top - greeting > 0.6

    page.get_by_label("To which office").focus()
    press(page, "ArrowDown")
    lies_right_in_its_envelope(printed(page)[0], "Madison, WI 53703")
    assert journal.requests[asked:] == [], "what was typed went somewhere"


def test_without_scripts_the_same_letter_is_printed(new_page: NewPage, letter: Letter) -> None:
    page = new_page(viewport=SMALL, javascript=False)
    page.goto(f"{letter.get_absolute_url()}?to=tammy-baldwin")
    page.get_by_label("Your letter").fill(f"{{salutation}},\n\n{OWN_WORDS}\n\nYours,\n[Your name]")
    page.get_by_label("Your name").fill("Ada Lovelace")
    page.get_by_label("Your postal address").fill("12 Analytical Row\nMadison, WI 53703")
    page.get_by_label("To which office").select_option(index=1)
    page.get_by_role("button", name="Put my words in").click()
    expect(page.get_by_text("This is your letter now.")).to_be_visible()
    for name in ("Print this letter", "Copy the letter", "Copy the subject"):
        expect(page.get_by_role("button", name=name)).to_have_count(0)
    (sheet,) = printed(page)
    lies_right_in_its_envelope(sheet, "Madison, WI 53703")
    assert OWN_WORDS in sheet.text
    assert sheet.lines[-1].text == "Ada Lovelace"


@pytest.mark.parametrize("javascript", [True, False])
def test_a_zip_code_leads_to_a_printed_letter(
    new_page: NewPage, letter: Letter, javascript: bool
) -> None:
    load_map({"53703": "WI-2"})
    page = new_page(viewport=SMALL, javascript=javascript)
    page.goto(letter.get_absolute_url())
    page.get_by_label("Your ZIP code").focus()
    page.keyboard.type("53703")
    press(page, "Enter")
    page.get_by_role("link", name="Send the letter to Senator Tammy Baldwin").focus()
    press(page, "Enter")
    page.get_by_label("Your name").fill("Ada Lovelace")
    if not javascript:
        page.get_by_role("button", name="Put my words in").click()
        expect(page.get_by_text("This is your letter now.")).to_be_visible()
    expect(page.locator(".paper")).to_contain_text("Ada Lovelace")
    (sheet,) = printed(page)
    lies_right_in_its_envelope(sheet, "Washington, DC 20510")
    assert "Dear Senator Baldwin" in sheet.text


def test_each_letter_has_a_sheet_of_its_own_and_one_can_be_printed_alone(
    page: Page, letter: Letter
) -> None:
    other = RepresentativeFactory(slug="ron-johnson", last_name="Johnson")
    ChannelFactory(
        representative=other, kind="post", value="328 Hart Building, Washington, DC 20510"
    )
    page.add_init_script("window.print = () => {}")
    page.goto(f"{letter.get_absolute_url()}?to=tammy-baldwin&to=ron-johnson")
    greetings = ["Dear Senator Baldwin,", "Dear Senator Johnson,"]
    both = printed(page)
    assert [greeting in sheet.text for greeting, sheet in zip(greetings, both, strict=True)] == [
        True,
        True,
    ]
    page.get_by_role("button", name="Print this letter").last.click()
    (alone,) = printed(page)
    assert greetings[1] in alone.text


def test_the_browser_makes_of_a_letter_what_the_server_makes(
    page: Page, letter: Letter, senator: Representative
) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(f"{letter.get_absolute_url()}?to=tammy-baldwin")
    sender = Sender(name="Ada (O’Neil) *", address="1 Row\nMadison, WI 53703")
    page.get_by_label("Your name").fill(sender.name)
    page.get_by_label("Your postal address").fill(sender.address)
    for body in (
        "{salutation}, {nothing} {constructor}\n\n100 % & <b>'quoted'</b> 🕊 ü\n[Your name]\nP.S.",
        "No place for a name.",
        f"Already signed, {sender.name}",
        "ü" * MAILTO_LIMIT,
    ):
        page.get_by_label("Your letter").fill(body)
        made = copy_for(senator, subject=letter.subject, body=body, sender=sender)
        link = page.get_by_role("link", name="Open it in your mail program")
        assert link.get_attribute("href") == made.ways["email"][0].link
        assert page.locator("[data-cut]").is_visible() == made.ways["email"][0].is_cut
        copies = page.get_by_role("button", name="Copy the letter")
        assert copies.get_attribute("data-copy-text") == made.signed.body
    copies.click()
    expect(page.get_by_role("button", name="Letter copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == made.signed.body


def test_half_a_character_stops_nothing(page: Page, letter: Letter) -> None:
    page.goto(f"{letter.get_absolute_url()}?to=tammy-baldwin")
    page.evaluate(
        """() => {
          const field = document.querySelector("#letter [name=body]");
          field.value = "half \\ud83d and a bell \\u0007 and \\u202eturned";
          field.dispatchEvent(new Event("input", {bubbles: true}));
        }"""
    )
    link = page.get_by_role("link", name="Open it in your mail program").get_attribute("href")
    assert link
    assert "half%20%20and" in link


def test_a_wrong_contact_is_reported_on_a_phone_and_decided_by_a_campaigner(
    new_page: NewPage, senator: Representative, login_as: LoginAs, axe: Callable[..., None]
) -> None:
    reader = new_page(viewport=SMALL, javascript=False)
    reader.goto(senator.get_absolute_url())
    reader.get_by_role("link", name="Report a wrong contact").focus()
    press(reader, "Enter")
    reader.get_by_role("button", name="Report it").focus()
    press(reader, "Enter")
    expect(reader.get_by_role("alert")).to_be_visible()
    reader.get_by_label("Phone: Washington office, 202-224-5653").focus()
    press(reader, "Space")
    reader.get_by_label("It does not work any more").focus()
    press(reader, "Space")
    reader.get_by_label("Anything that helps us").fill("A fax machine answers.")
    reader.get_by_role("button", name="Report it").focus()
    press(reader, "Enter")
    expect(reader.get_by_role("heading", name="Thank you")).to_be_visible()

    desk = new_page()
    login_as(desk, "campaigner")
    desk.goto("/admin/advocacy/channelreport/")
    desk.locator("main").get_by_role("link", name="Baldwin").first.click()
    expect(desk.get_by_text("A fax machine answers.")).to_be_visible()
    axe(desk, within="main")
    desk.get_by_role("button", name="It is wrong").click()
    expect(desk.get_by_text("Accepted: Phone, 202-224-5653")).to_be_visible()
    expect(desk.get_by_label("Last name")).to_have_value("Baldwin")
    row = ChannelReport.objects.get()
    assert (row.times, row.status) == (1, ReportStatus.ACCEPTED)
