"""Every admin address of ours, by every role, on one's own and others' objects.

The table is held to the URL map: an address that is added there must be added here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone
from wagtail.models import Site

from advocacy import reports, staleness
from advocacy.models import AdvocacySettings, ChannelReport, Difference, Reason, SecondLook
from cms.core.models import User
from news import reviews
from news.models import ArticleIndexPage, ArticlePage, DraftRun
from search.models import Promotion
from tests.factories.advocacy import (
    DeliveryFactory,
    InvalidationFactory,
    LetterFactory,
    NoticeFactory,
    PetitionFactory,
    RepresentativeFactory,
    SignatureFactory,
)
from tests.factories.news import (
    AuthorFactory,
    CategoryFactory,
    FeedFactory,
    SourceFactory,
    StoryFactory,
    article,
    drafted,
    paragraph,
)
from tests.factories.newsletter import SubscriberFactory
from tests.factories.people import UserFactory, editor
from tests.news.desk import latest_of
from tests.news.newsletters.test_issues import issue_of
from tests.news.roles_in_curation import CURATING
from tests.news.roles_in_merging import MERGING
from tests.news.roles_in_starting import STARTING
from tests.news.roles_in_the_newsletter import NEWSLETTER
from tests.news.test_drafting_views import typed

pytestmark = pytest.mark.django_db

ADMIN, EDITOR, REVIEWER = "administrator", "Editors", "Reviewers"
MODERATOR, CAMPAIGNER = "Moderators", "Campaigners"
NO_ROLE, STRANGER = "an account without a role", "a stranger"
STAFF = {ADMIN, EDITOR, REVIEWER, MODERATOR, CAMPAIGNER}
EVERYBODY = [ADMIN, EDITOR, REVIEWER, MODERATOR, CAMPAIGNER, NO_ROLE, STRANGER]


@dataclass
class World:
    """What there is to look at, for one person."""

    me: User
    client: Client
    own: ArticlePage
    other: ArticlePage
    own_run: DraftRun
    other_run: DraftRun


@pytest.fixture(params=EVERYBODY)
def role(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.fixture
def world(role: str, client: Client) -> World:
    me = UserFactory(
        is_superuser=role == ADMIN, role=None if role in {ADMIN, NO_ROLE, STRANGER} else role
    )
    if role != STRANGER:
        client.force_login(me)
    colleague = editor()
    pages = []
    for owner in (me, colleague):
        page = article(save_as=owner, owner=owner)
        drafted(page, "opinion", [paragraph("A model wrote of pipes.")], by=colleague)
        pages.append(page)
    runs = [DraftRun.objects.create(section="action", requested_by=who) for who in (me, colleague)]
    return World(me, client, *pages, *runs)


# Our own views ------------------------------------------------------------------------------------

Ask = Callable[[World], Any]
XHR = {"X-Requested-With": "XMLHttpRequest"}


def get(name: str, *args: Any) -> Any:
    return lambda world, *found: world.client.get(reverse(name, args=[*args, *found]), headers=XHR)


def post(world: World, name: str, *args: Any, **data: Any) -> Any:
    return world.client.post(reverse(name, args=args), data, headers=XHR)


def reported() -> ChannelReport:
    return reports.report(representative=RepresentativeFactory(), channel=None, problem="other")


def difference() -> Difference:
    return Difference.objects.create(
        representative=RepresentativeFactory(),
        key="party",
        label="Party",
        found_at=timezone.now(),
    )


def about_notice(world: World, name: str, **data: Any) -> Any:
    notice = NoticeFactory()
    return post(world, name, notice.petition_id, notice.pk, **data)


def about_feed(world: World, name: str, **asked: int) -> Any:
    asked["feed"] = FeedFactory(enabled=False).pk
    return world.client.get(reverse(name), asked, headers=XHR)


def look_at(place: str) -> int:
    """The row of a petition or letter that has to be looked at again."""
    representative = RepresentativeFactory()
    {"petition": PetitionFactory, "letter": LetterFactory}[place](targets=[representative])
    staleness.queue(entry=representative, reason=Reason.LEFT_OFFICE)
    return SecondLook.objects.get(entry_id=representative.pk).pk


def decision(world: World, page: ArticlePage) -> Any:
    seen = reviews.state_of(latest_of(page), "opinion").digest
    return post(
        world, "news_review", page.pk, section="opinion", seen=seen, decision="approve", note=""
    )


ESTIMATE = {"drafting_estimate": "1"}
# An address; how it is asked; the status for each role, 403 for those not named.
OURS: list[tuple[str, str, Ask, dict[str, int]]] = [
    (
        "news_draft_on_create",
        "",
        lambda w: post(
            w,
            "news_draft_on_create",
            "news",
            "articlepage",
            ArticleIndexPage.objects.get().pk,
            **typed(**ESTIMATE),
        ),
        {ADMIN: 200, EDITOR: 200},
    ),
    *(
        (
            "news_draft_on_edit",
            whose,
            lambda w, whose=whose: post(
                w, "news_draft_on_edit", getattr(w, whose).pk, **typed(**ESTIMATE)
            ),
            {ADMIN: 200, EDITOR: 200},
        )
        for whose in ("own", "other")
    ),
    ("news_draft_runs", "", lambda w: get("news_draft_runs")(w), dict.fromkeys(STAFF, 200)),
    (
        "news_cancel_draft",
        "own",
        lambda w: post(w, "news_cancel_draft", w.own_run.key),
        dict.fromkeys(STAFF, 200),
    ),
    (
        "news_cancel_draft",
        "other",
        lambda w: post(w, "news_cancel_draft", w.other_run.key),
        dict.fromkeys(STAFF, 404),
    ),
    *(
        (
            "news_review",
            f"{whose}, read",
            lambda w, whose=whose: get("news_review")(w, getattr(w, whose).pk),
            {ADMIN: 200, EDITOR: 200, REVIEWER: 200},
        )
        for whose in ("own", "other")
    ),
    *(
        (
            "news_ask_for_review",
            whose,
            lambda w, whose=whose: post(
                w, "news_ask_for_review", getattr(w, whose).pk, section="opinion"
            ),
            {ADMIN: 200, EDITOR: 200, REVIEWER: 200},
        )
        for whose in ("own", "other")
    ),
    *(
        (
            "news_review",
            f"{whose}, approve",
            lambda w, whose=whose: decision(w, getattr(w, whose)),
            {ADMIN: 302, EDITOR: 409, REVIEWER: 302},
        )
        for whose in ("own", "other")
    ),
    *(
        (
            "news_evidence",
            whose,
            lambda w, whose=whose: get("news_evidence")(w, getattr(w, whose).pk),
            {ADMIN: 200, EDITOR: 200, REVIEWER: 200},
        )
        for whose in ("own", "other")
    ),
    *STARTING,
    *CURATING,
    *MERGING,
    *(
        (name, how, ask, {ADMIN: status, EDITOR: status})
        for name, how, ask, status in (
            ("news_poll_feeds", "ask", get("news_poll_feeds"), 200),
            ("news_poll_feeds", "begin", lambda w: post(w, "news_poll_feeds"), 302),
            ("news_poll_feeds", "one", lambda w: about_feed(w, "news_poll_feeds"), 200),
            ("news_poll_state", "", lambda w: about_feed(w, "news_poll_state", since=1), 200),
        )
    ),
    (
        "advocacy_decide_report",
        "",
        lambda w: post(w, "advocacy_decide_report", reported().pk, decision="dismiss"),
        {ADMIN: 302, CAMPAIGNER: 302},
    ),
    ("advocacy_differences", "", get("advocacy_differences"), {ADMIN: 200, CAMPAIGNER: 200}),
    (
        "advocacy_decide_difference",
        "",
        lambda w: post(w, "advocacy_decide_difference", difference().pk, do="dismiss"),
        {ADMIN: 302, CAMPAIGNER: 302},
    ),
    *(
        (
            "advocacy_second_looks",
            place,
            lambda w, place=place: post(
                w, "advocacy_second_looks", do="settle", row=look_at(place)
            ),
            {ADMIN: 302, CAMPAIGNER: 302, EDITOR: 302},
        )
        for place in ("petition", "letter")
    ),
    ("advocacy_comments", "", get("advocacy_comments"), {ADMIN: 200, CAMPAIGNER: 200}),
    (
        "advocacy_comments",
        "decide",
        lambda w: post(w, "advocacy_comments", decision="shown", signature="1"),
        {ADMIN: 302, CAMPAIGNER: 302},
    ),
    (
        "advocacy_move",
        "ask",
        lambda w: get("advocacy_move")(w, PetitionFactory().pk, "closed"),
        {ADMIN: 200, CAMPAIGNER: 200},
    ),
    (
        "advocacy_move",
        "close",
        lambda w: post(w, "advocacy_move", PetitionFactory().pk, "closed"),
        {ADMIN: 302, CAMPAIGNER: 302},
    ),
    *(
        (
            name,
            "",
            lambda w, name=name: post(w, name, SignatureFactory(confirmed=True).petition_id),
            {ADMIN: 200, CAMPAIGNER: 200},
        )
        for name in ("advocacy_signed_csv", "advocacy_signed_print")
    ),
    (
        "advocacy_new_notice",
        "",
        lambda w: post(
            w, "advocacy_new_notice", PetitionFactory().pk, subject="It is over", text="Thank you."
        ),
        {ADMIN: 302, CAMPAIGNER: 302},
    ),
    (
        "advocacy_edit_notice",
        "",
        lambda w: about_notice(w, "advocacy_edit_notice", subject="Over", text="Thank you."),
        {ADMIN: 302, CAMPAIGNER: 302},
    ),
    *(
        (
            "advocacy_notice",
            how,
            lambda w, data=data: about_notice(w, "advocacy_notice", **data),
            {ADMIN: 302, CAMPAIGNER: 302},
        )
        for how, data in (("test", {"test": "1"}), ("send", {"receivers": "0"}))
    ),
    *NEWSLETTER,
]


def test_our_views_answer_each_role_as_they_should(world: World, role: str) -> None:
    answers = {f"{name} {how}".strip(): ask(world).status_code for name, how, ask, _ in OURS}
    assert answers == {
        f"{name} {how}".strip(): expected.get(role, 403) for name, how, _, expected in OURS
    }
    world.other_run.refresh_from_db()
    assert world.other_run.status == DraftRun.Status.QUEUED


# Ledgers ------------------------------------------------------------------------------------------

LEDGERS = {
    "news_draftrun": {ADMIN, EDITOR, REVIEWER},
    "news_story": {ADMIN, EDITOR, MODERATOR},
    "advocacy_channelreport": {ADMIN, CAMPAIGNER},
    "advocacy_signature": {ADMIN, CAMPAIGNER},
    "advocacy_invalidation": {ADMIN, CAMPAIGNER},
    "newsletter_subscriber": {ADMIN, CAMPAIGNER},
}


def test_ledgers_are_read_by_some_and_changed_by_nobody(world: World, role: str) -> None:
    rows: dict[str, Any] = {
        "news_draftrun": world.other_run,
        "news_story": StoryFactory(),
        "advocacy_channelreport": reported(),
        "advocacy_signature": SignatureFactory(confirmed=True),
        "advocacy_invalidation": InvalidationFactory(),
        "newsletter_subscriber": SubscriberFactory(),
    }
    answers, expected = {}, {}
    for name, readers in LEDGERS.items():
        seen = 200 if role in readers else 403
        for action, args, status in (
            ("index", (), seen),
            ("inspect", (rows[name].pk,), seen),
            ("create", (), 403),
            ("edit", (rows[name].pk,), 403),
            ("delete", (rows[name].pk,), 403),
        ):
            url = reverse(f"{name}_modeladmin_{action}", args=args)
            answers[url] = {
                getattr(world.client, method)(url, headers=XHR).status_code
                for method in (("get",) if status == 200 else ("get", "post"))
            }
            expected[url] = {status}
    assert answers == expected
    assert DraftRun.objects.filter(pk=world.other_run.pk).exists()


# Snippets -----------------------------------------------------------------------------------------

# Who may see the list, add, edit and delete.
SNIPPETS: dict[str, tuple[set[str], set[str], set[str], set[str]]] = {
    "news_source": ({ADMIN, EDITOR}, {ADMIN, EDITOR}, {ADMIN, EDITOR}, {ADMIN}),
    "news_issue": ({ADMIN, EDITOR}, {ADMIN, EDITOR}, {ADMIN, EDITOR}, {ADMIN, EDITOR}),
    "news_category": ({ADMIN, EDITOR}, {ADMIN, EDITOR}, {ADMIN, EDITOR}, {ADMIN}),
    "news_feed": ({ADMIN, EDITOR}, {ADMIN, EDITOR}, {ADMIN, EDITOR}, {ADMIN, EDITOR}),
    "news_author": ({ADMIN, EDITOR}, {ADMIN, EDITOR}, {ADMIN, EDITOR}, {ADMIN}),
    "search_promotion": ({ADMIN, EDITOR}, {ADMIN, EDITOR}, {ADMIN, EDITOR}, {ADMIN, EDITOR}),
    "advocacy_petition": (
        {ADMIN, EDITOR, REVIEWER, CAMPAIGNER},
        {ADMIN, EDITOR, CAMPAIGNER},
        {ADMIN, EDITOR, CAMPAIGNER},
        {ADMIN, CAMPAIGNER},
    ),
    "advocacy_delivery": (
        {ADMIN, CAMPAIGNER},
        {ADMIN, CAMPAIGNER},
        {ADMIN, CAMPAIGNER},
        {ADMIN, CAMPAIGNER},
    ),
    "advocacy_letter": (
        {ADMIN, EDITOR, REVIEWER, CAMPAIGNER},
        {ADMIN, EDITOR, CAMPAIGNER},
        {ADMIN, EDITOR, CAMPAIGNER},
        {ADMIN, CAMPAIGNER},
    ),
    "advocacy_representative": (
        {ADMIN, EDITOR, REVIEWER, CAMPAIGNER},
        {ADMIN, CAMPAIGNER},
        {ADMIN, CAMPAIGNER},
        {ADMIN, CAMPAIGNER},
    ),
}


def test_content_is_kept_by_those_whose_it_is(world: World, role: str) -> None:
    rows: dict[str, Any] = {
        "news_source": SourceFactory(),
        "news_issue": issue_of(),
        "news_category": CategoryFactory(),
        "news_feed": FeedFactory(),
        "news_author": AuthorFactory(),
        "search_promotion": Promotion.objects.create(words="pipes", petition=PetitionFactory()),
        "advocacy_petition": PetitionFactory(),
        "advocacy_delivery": DeliveryFactory(),
        "advocacy_letter": LetterFactory(),
        "advocacy_representative": RepresentativeFactory(),
    }
    answers, expected = {}, {}
    for name, allowed in SNIPPETS.items():
        for action, who in zip(("list", "add", "edit", "delete"), allowed, strict=True):
            args = [rows[name].pk] if action in {"edit", "delete"} else []
            url = reverse(f"wagtailsnippets_{name}:{action}", args=args)
            methods = ("get",) if role in who or action == "list" else ("get", "post")
            answers[url] = {
                getattr(world.client, method)(url, headers=XHR).status_code for method in methods
            }
            expected[url] = {200 if role in who else 403}
    assert answers == expected
    for row in rows.values():
        row.refresh_from_db()


SETTINGS = {
    ("core", "sitesettings"): {ADMIN},
    ("news", "newsroomsettings"): {ADMIN},
    ("news", "newslettersettings"): {ADMIN},
    ("advocacy", "advocacysettings"): {ADMIN, CAMPAIGNER},
}


def test_settings_are_the_administrators_and_the_default_petition_the_campaigners(
    world: World, role: str
) -> None:
    for name, allowed in SETTINGS.items():
        url = reverse("wagtailsettings:edit", args=[*name, Site.objects.get().pk])
        for method in ("get", "post"):
            if role in allowed and method == "post":
                continue
            answer = getattr(world.client, method)(url, headers=XHR)
            assert answer.status_code == (200 if role in allowed else 403), url


def test_a_campaigner_chooses_the_default_petition(client: Client) -> None:
    petition = PetitionFactory()
    client.force_login(UserFactory(role=CAMPAIGNER))
    url = reverse(
        "wagtailsettings:edit", args=["advocacy", "advocacysettings", Site.objects.get().pk]
    )
    assert "/admin/settings/advocacy/" in client.get(reverse("wagtailadmin_home")).content.decode()
    kept = {"pending_days": 30, "anonymise_months": 12}
    assert client.post(url, {"default_petition": petition.pk, **kept}).status_code == 302
    assert AdvocacySettings.for_site(Site.objects.get()).default_petition == petition


# Reports ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("view", ["site_history", "site_history_results"])
def test_the_history_of_the_site_is_for_those_whom_the_menu_leads_there(
    world: World, role: str, view: str
) -> None:
    answer = world.client.get(reverse(f"wagtailadmin_reports:{view}"), headers=XHR)
    assert answer.status_code == (200 if role in {ADMIN, EDITOR, REVIEWER} else 403)


# The table is whole -------------------------------------------------------------------------------


def names_in(patterns: list[Any], prefix: str = "") -> Iterator[str]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{prefix}{pattern.namespace}:" if pattern.namespace else prefix
            yield from names_in(pattern.url_patterns, inner)
        elif isinstance(pattern, URLPattern) and pattern.name:
            yield f"{prefix}{pattern.name}"


def test_no_address_of_ours_is_missing_from_the_table() -> None:
    ours, ledgers, snippets = set(), set(), set()
    for name in names_in(get_resolver().url_patterns):
        if "_modeladmin_" in name:
            ledgers.add(name.split("_modeladmin_")[0])
        elif name.startswith("wagtailsnippets_"):
            snippets.add(name.split(":")[0].removeprefix("wagtailsnippets_"))
        elif name.startswith(("advocacy_", "news_", "newsletter_")):
            ours.add(name)
    assert ours == {name for name, *_ in OURS}
    assert ledgers == set(LEDGERS)
    assert snippets == set(SNIPPETS)
