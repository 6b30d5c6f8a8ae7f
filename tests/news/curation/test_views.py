"""The queue's pages and buttons, with and without a script."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from cms.core.models import User
from news.curation import decisions, queue
from news.importing.starting import source_of
from news.models import ArticlePage, Curation, RelatedLink, SourceDomain, Story
from tests.factories.news import RelatedLinkFactory, SourceFactory, article
from tests.factories.people import UserFactory, editor

pytestmark = pytest.mark.django_db

Status = RelatedLink.Status
QUEUE, ACT = reverse("news_related"), reverse("news_related_act")
XHR = {"X-Requested-With": "XMLHttpRequest"}


@pytest.fixture
def user() -> User:
    return UserFactory(role="Moderators")


@pytest.fixture
def moderator(client: Client, user: User) -> Client:
    client.force_login(user)
    return client


@pytest.fixture
def page() -> ArticlePage:
    return article(live=True, title="Finish the pipes")


def link(page: ArticlePage, status: str = "suggested", **fields: Any) -> RelatedLink:
    made: RelatedLink = RelatedLinkFactory(article=page, status=status, **fields)
    return made


def text_of(client: Client, **asked: Any) -> str:
    answer = client.get(QUEUE, asked)
    assert answer.status_code == 200
    return answer.content.decode()


def press(client: Client, do: str, *, script: bool = True, query: str = "", **fields: Any) -> Any:
    return client.post(
        f"{ACT}{query}", {"do": do, **fields}, headers=XHR if script else {}, follow=not script
    )


# What is listed -----------------------------------------------------------------------------------


def test_links_are_listed_by_article_in_the_state_asked_for(
    moderator: Client, page: ArticlePage
) -> None:
    now = timezone.now()
    for status in Status.values:
        link(page, status, title=f"Is {status}")
    link(page, "approved", title="Is broken", broken_since=now, check_message="It answered 404.")
    link(page, "rejected", title="Is rejected, broken or not", broken_since=now)
    for state, expected in {
        "suggested": {"Is suggested"},
        "approved": {"Is approved", "Is broken"},
        "rejected": {"Is rejected", "Is rejected, broken or not"},
        "broken": {"Is broken"},
        "nonsense": {"Is suggested"},
    }.items():
        listed = moderator.get(QUEUE, {"state": state}).context["groups"][0]
        assert {row.title for row in listed.links} == expected, state
        assert listed.shown == "2 of 10 shown"
    assert "It answered 404." in text_of(moderator, state="broken")


def test_a_suggestion_says_why_and_what_it_stands_for(moderator: Client, page: ArticlePage) -> None:
    other = {"title": "The same again", "publisher": "AP", "address": "https://ap.example/1"}
    link(page, explanation="same names: Baldwin; 3 h apart", folded=[other, other])
    text = text_of(moderator)
    assert "same names: Baldwin; 3 h apart" in text
    assert "2 more say the same" in text
    assert "The same again" in text


def test_what_comes_from_elsewhere_is_shown_as_text(moderator: Client, page: ArticlePage) -> None:
    evil = "<script>alert(1)</script>"
    link(page, title=evil, publisher=evil, explanation=evil, folded=[{"title": evil}])
    link(page, "rejected", rejected_because=evil)
    for asked in ({}, {"state": "rejected"}, {"text": evil}):
        assert "<script>alert" not in text_of(moderator, **asked)


@pytest.mark.parametrize("asked", ["0", "9" * 40, "\u0663", "x", "-1"])
def test_no_number_of_an_article_is_an_error(moderator: Client, asked: str) -> None:
    assert moderator.get(QUEUE, {"article": asked, "after": asked}).status_code == 200
    assert moderator.get(QUEUE, {"article": "987654"}).status_code == 404


def test_an_article_without_links_can_be_given_some(moderator: Client, page: ArticlePage) -> None:
    text = text_of(moderator, article=page.pk)
    assert "No link has been approved yet." in text
    assert "Add a link by its address" in text


def test_pages_of_the_queue_lead_through_all_articles(moderator: Client) -> None:
    expected = {link(article()).pk for _ in range(23)}
    found, address = [], QUEUE
    while address:
        answer = moderator.get(address)
        found += [row.pk for group in answer.context["groups"] for row in group.links]
        address = answer.context["next_url"]
    assert len(found) == 23
    assert set(found) == expected


def test_the_queue_costs_no_more_queries_for_many_links_than_for_few(moderator: Client) -> None:
    def cost(address: str) -> int:
        cache.clear()
        moderator.get(address)
        with CaptureQueriesContext(connection) as queries:
            moderator.get(address)
        return len(queries)

    first = article(live=True)
    link(first)
    one = f"{QUEUE}?article={first.pk}"
    few = cost(QUEUE), cost(one)
    for number in range(9):
        page = first if number == 0 else article(live=True)
        for status in Status.values:
            for _ in range(9):
                link(page, status, decided_by=editor())
    assert (cost(QUEUE), cost(one)) == few
    assert few[0] <= 24


def test_a_page_of_the_queue_weighs_little_however_many_links_wait(moderator: Client) -> None:
    for _ in range(queue.ARTICLES + 1):
        page = article(live=True)
        for _ in range(queue.LINKS_OF_EACH + 1):
            link(page, explanation="same names: Witkoff, Zelenskyy; 3 h apart")
    answer = moderator.get(QUEUE)
    shown = answer.content.decode()
    assert shown.count("data-link=") == queue.ARTICLES * queue.LINKS_OF_EACH
    assert "More links of this article" in shown
    assert len(answer.content) < 300_000


def test_numbers_are_counted_as_far_as_anybody_wants_to_know(
    moderator: Client, page: ArticlePage
) -> None:
    RelatedLink.objects.bulk_create(
        RelatedLink(
            article=page, status="suggested", title=str(n), address=f"https://x.example/{n}"
        )
        for n in range(1001)
    )
    assert "1,000+" in text_of(moderator)


# Buttons ------------------------------------------------------------------------------------------


def test_a_button_changes_its_link_and_answers_with_the_row_the_counts_and_the_way_back(
    moderator: Client, page: ArticlePage
) -> None:
    row = link(page, title="A good one")
    answer = press(moderator, f"approve {row.pk}.suggested").json()
    assert answer["message"] == "“A good one” approved."
    assert 'data-status="approved"' in answer["rows"][str(row.pk)]
    assert answer["counts"]["approved"] == "1"
    assert answer["articles"][str(page.pk)] == {"order": [row.pk], "shown": "1 of 10 shown"}
    assert answer["undo"] == "“A good one” approved"
    assert page.related_links.approved().exists()


@pytest.mark.parametrize("script", [True, False])
def test_who_comes_second_is_told_beside_the_row_or_above_the_list(
    script: bool, moderator: Client, page: ArticlePage
) -> None:
    row = link(page)
    ada = UserFactory(role="Moderators", first_name="Ada", last_name="Lovelace")
    decisions.reject(seen={row.pk: "suggested"}, by=ada, because="Too old")
    answer = press(moderator, f"approve {row.pk}.suggested", script=script)
    told = "Ada Lovelace has rejected this link meanwhile (Too old)."
    if script:
        assert answer.json()["failed"]
        assert told in answer.json()["rows"][str(row.pk)]
    else:
        assert told in answer.content.decode()


def test_without_a_script_a_button_leads_back_to_the_same_place_in_the_list(
    moderator: Client, page: ArticlePage
) -> None:
    row, following = link(page), link(page)
    answer = moderator.post(
        f"{ACT}?state=suggested&publisher=Else&after=0&next=//evil.example",
        {"do": f"approve {row.pk}.suggested"},
    )
    assert answer.status_code == 302
    assert answer.headers["Location"] == (
        f"{QUEUE}?state=suggested&publisher=Else#article-{page.pk}"
    )
    answer = moderator.post(f"{ACT}?article={page.pk}", {"do": f"approve {following.pk}.suggested"})
    assert answer.headers["Location"] == f"{QUEUE}?article={page.pk}#link-{following.pk}"


def test_the_ticked_links_are_decided_on_together(moderator: Client, page: ArticlePage) -> None:
    ticked = [link(page), link(page)]
    other = link(page)
    values = [f"{row.pk}.suggested" for row in ticked]
    press(moderator, "reject * 3", script=False, link=values)
    for row in ticked:
        row.refresh_from_db()
        assert (row.status, row.rejected_because) == ("rejected", "Too old")
    other.refresh_from_db()
    assert other.status == "suggested"
    press(moderator, "undo", script=False)
    assert page.related_links.filter(status="suggested").count() == 3


def test_a_reason_of_ones_own_is_kept(moderator: Client, page: ArticlePage) -> None:
    row = link(page)
    typed = {f"because-{row.pk}": " An advertisement\0 "}
    press(moderator, f"reject {row.pk}.suggested", script=False, **typed)
    row.refresh_from_db()
    assert row.rejected_because == "An advertisement"


@pytest.mark.parametrize(("do", "expected"), [("up", "102"), ("down", "021"), ("move", "120")])
def test_a_link_goes_up_down_and_to_a_place(
    do: str, expected: str, moderator: Client, page: ArticlePage
) -> None:
    rows = [link(page, "approved", position=n * 10) for n in range(3)]
    order = ",".join(str(row.pk) for row in rows)
    target = rows[0] if do == "move" else rows[1]
    answer = press(moderator, f"{do} {target.pk}.approved 2", order=["7,8", order]).json()
    assert answer["articles"][str(page.pk)]["order"] == [rows[int(d)].pk for d in expected]


def test_a_move_of_an_order_that_is_no_more_answers_with_the_new_one(
    moderator: Client, page: ArticlePage
) -> None:
    rows = [link(page, "approved", position=n * 10) for n in range(3)]
    ids = [row.pk for row in rows]
    decisions.move(link_id=ids[2], to=0, seen=ids, by=UserFactory())
    answer = press(moderator, f"down {ids[0]}.approved", order=",".join(map(str, ids)))
    assert answer.status_code == 409
    assert answer.json()["articles"][str(page.pk)]["order"] == [ids[2], ids[0], ids[1]]


@pytest.mark.parametrize(
    "do",
    ["", "publish 1.suggested", "approve", "approve x.suggested", "approve 1.broken", "move 1.approved 0",
     f"approve {'9' * 30}.suggested", "approve -1.suggested", "reject * \u0663 \u0663"],
)  # fmt: skip
def test_what_no_button_posts_changes_nothing(
    do: str, moderator: Client, page: ArticlePage
) -> None:
    link(page)
    answer = press(moderator, do)
    assert answer.status_code in {400, 409}
    assert not Curation.objects.exists()


def test_looking_changes_nothing(moderator: Client, page: ArticlePage) -> None:
    row = link(page)
    for address in (ACT, reverse("news_related_add", args=[page.pk])):
        assert moderator.get(address, {"do": f"approve {row.pk}.suggested"}).status_code == 405
    row.refresh_from_db()
    assert row.status == "suggested"


def test_an_address_is_checked_on_demand_and_the_row_says_what_was_found(
    moderator: Client, page: ArticlePage
) -> None:
    # Our own fetcher refuses to ask this machine, which says nothing of what readers would find.
    row = link(page, "approved", address="https://127.0.0.1/story")
    answer = press(moderator, f"check {row.pk}.approved").json()
    row.refresh_from_db()
    assert row.checked_at
    assert row.check_message
    assert row.check_message in answer["message"]
    assert row.broken_since is None
    many = [f"{link(page).pk}.suggested" for _ in range(21)]
    assert press(moderator, "check *", link=many).status_code == 409


# Who may ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ["Editors", "Reviewers"])
def test_others_of_the_newsroom_see_the_links_and_no_button(
    role: str, client: Client, page: ArticlePage
) -> None:
    client.force_login(UserFactory(role=role))
    link(page, title="Seen by all")
    for asked in ({}, {"article": page.pk}):
        text = text_of(client, **asked)
        assert "Seen by all" in text
        assert 'name="do"' not in text
        assert "csrfmiddlewaretoken" not in text.partition("<main")[2]


def test_removing_needs_the_right_to_delete(
    client: Client, page: ArticlePage, django_user_model: Any
) -> None:
    user = UserFactory(role="Editors")
    user.user_permissions.add(Permission.objects.get(codename="change_relatedlink"))
    client.force_login(user)
    row = link(page)
    assert press(client, f"remove {row.pk}.suggested").status_code == 403
    assert press(client, f"approve {row.pk}.suggested").status_code == 200
    assert "Remove, as if" not in text_of(client)


# Adding -------------------------------------------------------------------------------------------


def paste(client: Client, page: ArticlePage, *, script: bool = True, **fields: str) -> Any:
    url = reverse("news_related_add", args=[page.pk])
    return client.post(url, fields, headers=XHR if script else {})


def test_a_story_that_is_known_is_added_by_its_address_alone(
    moderator: Client, page: ArticlePage
) -> None:
    source = SourceFactory(name="The Gazette of Record")
    when = timezone.now() - timedelta(hours=3)
    Story.objects.create(
        source=source, address="https://gazette.example/a", title="What it costs", published_at=when
    )
    answer = paste(moderator, page, address="http://gazette.example/a?utm_source=x#top")
    assert answer.json()["message"] == "“What it costs” added."
    made = page.related_links.get()
    assert (made.publisher, made.published_at) == ("The Gazette of Record", when)


def test_where_no_title_can_be_read_it_is_asked_for_and_nothing_typed_is_lost(
    moderator: Client, page: ArticlePage
) -> None:
    address = "https://127.0.0.1/story"
    answer = paste(moderator, page, address=address)
    assert answer.status_code == 422
    assert "Write the title" in answer.json()["problems"]["title"]
    again = paste(moderator, page, script=False, address=address, publisher="The Paper")
    assert again.status_code == 422
    text = again.content.decode()
    assert f'value="{address}"' in text
    assert 'value="The Paper"' in text
    done = paste(moderator, page, script=False, address=address, title="Mine", publisher="Paper")
    assert done.headers["Location"] == f"{QUEUE}?article={page.pk}"
    assert page.related_links.get().title == "Mine"


@pytest.mark.parametrize(
    "address", ["", "javascript:alert(1)", "https://me:secret@x.example/", "x" * 9000, "news"]
)
def test_what_is_no_address_is_refused_beside_the_field(
    address: str, moderator: Client, page: ArticlePage
) -> None:
    answer = paste(moderator, page, address=address, title="A title")
    assert answer.status_code == 422
    assert set(answer.json()["problems"]) == {"address"}


def test_an_article_is_not_related_to_itself_or_to_its_own_story(
    moderator: Client, page: ArticlePage
) -> None:
    for address in (page.source_address, f"{page.source_address}?utm_medium=x"):
        answer = paste(moderator, page, address=address, title="A title")
        assert "readers find it above" in answer.json()["problems"]["address"]


def test_the_publisher_is_the_source_on_whose_domain_the_address_is(
    moderator: Client, page: ArticlePage
) -> None:
    source = SourceFactory(name="The Gazette of Record")
    SourceDomain.objects.create(source=source, domain="gazette.example")
    assert source_of("https://news.gazette.example/x") == source


# Correcting, finding, the panel -------------------------------------------------------------------


def test_a_link_is_corrected_and_what_is_wrong_is_said(
    moderator: Client, page: ArticlePage
) -> None:
    row = link(page, "approved")
    url = reverse("news_related_edit", args=[row.pk])
    assert moderator.get(url).status_code == 200
    assert moderator.post(url, {"title": ""}).status_code == 422
    future = f"{timezone.now() + timedelta(days=3):%Y-%m-%d %H:%M}"
    assert moderator.post(url, {"title": "x", "published_at": future}).status_code == 422
    answer = moderator.post(url, {"title": "Better", "publisher": "P"})
    assert answer.headers["Location"] == f"{QUEUE}?article={page.pk}#link-{row.pk}"
    row.refresh_from_db()
    assert row.title == "Better"


def test_suggestions_are_looked_for_on_demand(moderator: Client, page: ArticlePage) -> None:
    url = reverse("news_related_suggest", args=[page.pk])
    Story.objects.create(
        source=SourceFactory(),
        address="https://other.example/pipes",
        title="Senate panel would finish the lead pipes in ten years",
        published_at=page.source_published_at,
    )
    page.title = "Senate panel votes to finish the lead pipes"
    page.save()
    answer = moderator.post(url, headers=XHR)
    assert answer.status_code == 200
    assert set(answer.json()["rows"]) == {
        str(pk) for pk in page.related_links.values_list("pk", flat=True)
    }


def test_the_editors_panel_shows_the_same_list_and_no_form_of_its_own(
    client: Client, page: ArticlePage
) -> None:
    link(page, title="Waits here")
    link(page, "approved", title="Is shown")
    url = reverse("wagtailadmin_pages:edit", args=[page.pk])
    for role, may in (("Editors", False), (None, True)):
        client.force_login(UserFactory(role=role, is_superuser=role is None))
        panel = client.get(url).content.decode().partition('class="dt-related"')[2]
        panel = panel.partition('id="tab-promote"')[0]
        assert "Waits here" in panel
        assert "Is shown" in panel
        assert "<form" not in panel
        assert ('name="do"' in panel) == may
        assert panel.count('name="do"') == panel.count('form="dt-curation" class') + panel.count(
            'form="dt-curation" name="do"'
        )
