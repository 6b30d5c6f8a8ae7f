"""A real Chromium against a live server, for tests of what people see and do.

A test fails when a page of its asks another host for anything, breaks its content security policy,
writes an error to the console, throws, or gets a 5xx, unless it said `journal.allow(pattern)`.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Literal, Protocol

import pytest
from django.conf import settings as django_settings
from django.contrib.auth.models import Group
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer
from wagtail.models import Site

from cms.core.models import User
from tests.functional import accessibility
from tests.functional.journal import Journal
from tests.functional.traffic import Traffic

CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
HERE = Path(__file__).parent
RESULTS = HERE.parents[1] / "test-results"

Role = Literal["admin", "editor", "reviewer", "moderator", "campaigner"]
GROUPS: dict[Role, str] = {
    "editor": "Editors",
    "reviewer": "Reviewers",
    "moderator": "Moderators",
    "campaigner": "Campaigners",
}
PHONE = (320, 640)
LAPTOP = (1280, 800)
# Milliseconds that an action or an expectation may take on a slow machine; a quick one never waits.
PATIENCE = 30_000

FAILED = pytest.StashKey[bool]()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    item.stash[FAILED] = item.stash.get(FAILED, False) or report.failed
    return report


# The browser and its pages ------------------------------------------------------------------------


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium as the system has it, unable to find any host but this machine."""
    executable = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if not executable:
        pytest.skip(f"browser tests need Chromium; none of {', '.join(CHROMIUM)} is installed")
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        # Playwright's event loop runs in this thread, and Django would take the test for async.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        browser = playwright.chromium.launch(
            executable_path=executable,
            args=[
                "--disable-gpu",
                "--disable-quic",
                "--disable-dev-shm-usage",
                "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
                *(["--no-sandbox"] if os.geteuid() == 0 else []),
            ],
        )
        expect.set_options(timeout=PATIENCE)
        yield browser
        browser.close()


@pytest.fixture
def site(live_server: LiveServer, transactional_db: None, settings: Settings) -> Site:
    """The default site, at the live server's address, so that absolute links work."""
    settings.SITE_URL = settings.WAGTAILADMIN_BASE_URL = live_server.url
    site = Site.objects.get(is_default_site=True)
    site.hostname, site.port = live_server.thread.host, live_server.thread.port
    site.save()
    return site


@pytest.fixture
def journal(live_server: LiveServer) -> Journal:
    """What the pages of this test ask for, and what goes wrong in them."""
    return Journal(live_server.url)


@pytest.fixture(scope="session")
def traffic(live_server: LiveServer) -> Iterator[Traffic]:
    """What the live server has not finished answering."""
    traffic = Traffic()
    yield traffic
    traffic.stop()


class NewPage(Protocol):
    """Opens a page in a context of its own, as a visitor who was never here."""

    def __call__(
        self,
        *,
        viewport: tuple[int, int] = LAPTOP,
        colour_scheme: Literal["light", "dark"] = "light",
        javascript: bool = True,
    ) -> Page: ...


@pytest.fixture
def new_page(
    browser: Browser,
    live_server: LiveServer,
    site: Site,
    journal: Journal,
    traffic: Traffic,
    request: pytest.FixtureRequest,
) -> Iterator[NewPage]:
    """Open as many visitors' pages as a test needs; addresses may begin with a slash."""
    contexts: list[BrowserContext] = []

    def open_page(
        *,
        viewport: tuple[int, int] = LAPTOP,
        colour_scheme: Literal["light", "dark"] = "light",
        javascript: bool = True,
    ) -> Page:
        context = browser.new_context(
            base_url=live_server.url,
            viewport={"width": viewport[0], "height": viewport[1]},
            color_scheme=colour_scheme,
            java_script_enabled=javascript,
            reduced_motion="reduce",
            locale="en-US",
            timezone_id="America/New_York",
        )
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        journal.listen(context)
        return context.new_page()

    yield open_page
    if request.node.stash.get(FAILED, False):
        _keep_pictures(request.node.nodeid, contexts)
    for context in contexts:
        _leave(context)
        context.close()
    # A visitor who leaves does not stop the server, and its database is about to be put back.
    assert traffic.wait_for_silence(seconds=60), "the live server is still at work"
    if journal.faults:
        pytest.fail("In the browser:\n" + "\n".join(journal.faults), pytrace=False)


def _leave(context: BrowserContext) -> None:
    """Leave each page as a visitor does: Wagtail's editor tells the server so, and is answered."""
    for page in context.pages:
        if "/admin/" in page.url:
            page.goto("about:blank")
            page.wait_for_timeout(300)


def _keep_pictures(nodeid: str, contexts: list[BrowserContext]) -> None:
    RESULTS.mkdir(exist_ok=True)
    stem = re.sub(r"[^\w.-]+", "-", nodeid)
    pages = [page for context in contexts for page in context.pages]
    for number, page in enumerate(pages):
        page.screenshot(path=RESULTS / f"{stem}-{number}.png", full_page=True)


@pytest.fixture
def page(new_page: NewPage) -> Page:
    """A laptop in the light."""
    return new_page()


@pytest.fixture
def phone_page(new_page: NewPage) -> Page:
    """A narrow phone: 320 pixels."""
    return new_page(viewport=PHONE)


@pytest.fixture
def dark_page(new_page: NewPage) -> Page:
    """A laptop in the dark."""
    return new_page(colour_scheme="dark")


@pytest.fixture
def page_without_javascript(new_page: NewPage) -> Page:
    """A laptop with JavaScript off."""
    return new_page(javascript=False)


# What tests do with them --------------------------------------------------------------------------


class LoginAs(Protocol):
    """Gives a page's visitor the session of somebody with this role."""

    def __call__(self, page: Page, role: Role) -> User: ...


@pytest.fixture
def login_as(live_server: LiveServer, site: Site) -> LoginAs:
    """Log in without the login form; the user is made at the first call, and named for the role."""

    def login(page: Page, role: Role) -> User:
        user, _ = User.objects.get_or_create(
            username=role,
            defaults={
                "email": f"{role}@example.org",
                "first_name": role.title(),
                "is_superuser": role == "admin",
                "is_staff": role == "admin",
            },
        )
        if role != "admin":
            user.groups.set([Group.objects.get(name=GROUPS[role])])
        client = Client()
        client.force_login(user)
        name = django_settings.SESSION_COOKIE_NAME
        page.context.add_cookies(
            [{"name": name, "value": client.cookies[name].value, "url": live_server.url}]
        )
        return user

    return login


@pytest.fixture
def axe() -> Callable[..., None]:
    """Assert that axe finds nothing: `axe(page, within="main", without=[".w-sidebar"])`."""

    def check(page: Page, *, within: str = "", without: tuple[str, ...] = ()) -> None:
        found = accessibility.violations(page, within=within, without=without)
        assert not found, f"axe on {page.url}:\n" + "\n".join(found)

    return check
