"""The first day of an editor whose newsroom asks for a second factor, and the next one."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Literal

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect
from pytest_django import Settings

from cms.core.accounts import second_factor, totp
from cms.core.models import SecondFactor
from tests.core.accounts.people import PASSWORD, code_now, person
from tests.functional.conftest import LoginAs, NewPage


def give_password(page: Page, name: str) -> None:
    page.goto("/admin/login/")
    page.get_by_label("Username").fill(name)
    page.get_by_placeholder("Enter password").fill(PASSWORD)
    page.keyboard.press("Enter")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_an_editor_sets_the_app_up_by_keyboard_and_logs_in_with_it(
    new_page: NewPage,
    login_as: LoginAs,
    settings: Settings,
    axe: Callable[..., None],
    scheme: Literal["light", "dark"],
) -> None:
    settings.REQUIRE_MFA = True
    user = person(username="ferris")
    page = new_page(colour_scheme=scheme)
    give_password(page, "ferris")
    expect(page.get_by_role("heading", name="Set up your authenticator app")).to_be_visible()
    axe(page)
    square = page.locator(".dt-square")
    assert square.evaluate("img => img.complete && img.naturalWidth > 0")
    page.get_by_text("I cannot scan it").click()
    secret = page.locator(".dt-key").inner_text().replace(" ", "")
    page.get_by_label("Code").fill(code_now(secret=secret))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Keep these recovery codes")).to_be_visible()
    axe(page)
    codes = re.findall(r"[A-Z2-7]{4}(?:-[A-Z2-7]{4}){3}", page.locator(".dt-codes").inner_text())
    page.get_by_role("link", name="I have kept them").click()
    page.wait_for_url("**/admin/")

    # The next day, on another machine, the telephone is at home.
    other = new_page(colour_scheme=scheme, viewport=(400, 800))
    give_password(other, "ferris")
    expect(other.get_by_role("heading", name="Now the code")).to_be_visible()
    expect(other.get_by_label("Code")).to_be_focused()
    axe(other)
    other.keyboard.type(codes[0])
    other.keyboard.press("Enter")
    other.wait_for_url("**/admin/")
    assert second_factor.codes_left(user) == second_factor.RECOVERY_CODES - 1

    # Wagtail's own page: its script names every time zone that is offered.
    other.goto(reverse("wagtailadmin_account"))
    expect(other).to_have_title("Account - Dovetail")
    for name in ("core_second_factor", "core_own_sessions"):
        other.goto(reverse(name))
        axe(other, within="main")
    expect(other.get_by_role("row")).to_have_count(3)
    other.get_by_role("button", name="End all others").click()
    expect(other.get_by_role("row")).to_have_count(2)
    assert totp.opened(SecondFactor.objects.get().secret) == secret

    settings.REQUIRE_MFA = False
    admin = new_page(colour_scheme=scheme)
    login_as(admin, "admin")
    admin.goto(reverse("core_access", args=[user.pk]))
    axe(admin, within="main")
    admin.get_by_role("button", name="Reset the second factor").click()
    expect(admin.get_by_text("has no authenticator app any more")).to_be_visible()
    assert not SecondFactor.objects.exists()
