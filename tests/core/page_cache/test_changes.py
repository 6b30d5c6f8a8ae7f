"""Whatever a page shows and somebody changes, the page shows next; what it has no part in stays."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.db import transaction
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks
from taggit.models import Tag
from wagtail.models import PageViewRestriction, ReferenceIndex, Site
from wagtail.tasks import update_reference_index_task

from advocacy import invalidations, own_data, page_tags, petition_life, signatures
from advocacy.models import AdvocacySettings, Channel, DataRequest, Signature
from cms.core.models import SiteSettings, User
from cms.core.page_cache import entries, versions
from home.models import HomePage, StandardPage
from news.curation import decisions
from news.merging import work
from news.merging.kinds import Kind
from news.models import ArticlePage, Author, RelatedLink
from tests.core.page_cache.reader import Reader
from tests.factories.advocacy import PetitionFactory, SignatureFactory
from tests.factories.districts import load_map
from tests.factories.news import (
    CategoryFactory,
    approve,
    article,
    block,
    drafted,
)
from tests.factories.people import UserFactory, editor, reviewer
from tests.functional.newsstand import Newsstand, open_newsstand

pytestmark = pytest.mark.django_db

# Nothing on it changes with the news; the footer is all that it shares with the others.
TALK = {
    "heading": "What to say",
    "points": [{"type": "item", "id": "9bb9c8a2-1d1e-4d7b-8a9b-0d9c6c1d4f10", "value": "Act."}],
}
REVIEWER = "noor"
ABOUT = "/about-the-test/"


@pytest.fixture
def newsstand() -> Newsstand:
    """With a section of the second article that was approved, and one that was not."""
    found = open_newsstand()
    ArticlePage.objects.get(pk=found.article.pk).save_revision()
    second = ArticlePage.objects.get(pk=found.second_article.pk)
    second.opinion = [block("paragraph", "<p>It is about time.</p>")]
    second.save_revision()
    drafted(second, "to_do", [block("talking_points", TALK)], by=editor())
    second = ArticlePage.objects.get(pk=second.pk)
    approve(second, "to_do", by=UserFactory(role="Reviewers", username=REVIEWER))
    second.get_latest_revision().publish()
    return replace(
        found,
        article=ArticlePage.objects.get(pk=found.article.pk),
        second_article=ArticlePage.objects.get(pk=second.pk),
    )


@pytest.fixture
def about() -> StandardPage:
    page = StandardPage(title="About the test", slug="about-the-test")
    HomePage.objects.get().add_child(instance=page)
    page.save_revision().publish()
    return page


def republish(page: Any, **changes: Any) -> None:
    """As the editor's form does."""
    latest = page.get_latest_revision_as_object()
    for name, value in changes.items():
        setattr(latest, name, value)
    latest.save_revision().publish()


def republish_snippet(row: Any, **changes: Any) -> None:
    for name, value in changes.items():
        setattr(row, name, value)
    row.save_revision().publish()


@dataclass(frozen=True)
class Change:
    """Something that somebody does, and where it must show.

    Attributes:
        does: The use case; it gets the newsstand.
        shows: Addresses whose pages are other pages afterwards.
        stays: Addresses whose pages are kept nevertheless.
    """

    does: Callable[[Newsstand], Any]
    shows: tuple[Callable[[Newsstand], str], ...]
    stays: tuple[Callable[[Newsstand], str], ...] = ()


def at(address: str) -> Callable[[Newsstand], str]:
    return lambda newsstand: address


def first(newsstand: Newsstand) -> str:
    return str(newsstand.article.url)


def second(newsstand: Newsstand) -> str:
    return str(newsstand.second_article.url)


def category(newsstand: Newsstand) -> str:
    return newsstand.category.get_absolute_url()


def representative(newsstand: Newsstand) -> str:
    return newsstand.representative.get_absolute_url()


def embed(newsstand: Newsstand) -> str:
    return f"{newsstand.petition.get_absolute_url()}embed/"


HOME, NEWS, CATEGORIES, ARCHIVE = at("/"), at("/news/"), at("/categories/"), at("/archive/")
FEEDS = (at("/feed/"), at("/feed/atom/"), at("/feed.json"))
PETITIONS, REPRESENTATIVES = at("/petitions/"), at("/representatives/")
UNTOUCHED = at(ABOUT)
THIS_MONTH = at(f"/archive/{timezone.localdate():%Y/%m}/")


def _confirm_one(newsstand: Newsstand) -> None:
    signature = SignatureFactory(petition=newsstand.petition)
    token = signatures.confirm_address(signature).rstrip("/").rpartition("/")[2]
    link = signatures.confirm(petition=newsstand.petition, token=token)
    assert link.state == signatures.LinkState.READY


def _add_link(newsstand: Newsstand) -> None:
    decisions.add(
        article_id=newsstand.article.pk,
        address="https://elsewhere.example/new",
        title="A new link",
        by=editor(),
    )


def _remove_link(newsstand: Newsstand) -> None:
    link = RelatedLink.objects.filter(article=newsstand.article).first()
    assert link is not None
    decisions.remove(seen={link.pk: link.status}, by=editor())


def _approve_section(newsstand: Newsstand) -> None:
    page = newsstand.second_article
    approve(page, "opinion", by=reviewer())


def _merge_tags(newsstand: Newsstand) -> None:
    old, into = Tag.objects.get(name="lead"), Tag.objects.get(name="water")
    work.start(kind=Kind("tag"), old_id=old.pk, into_id=into.pk, by=editor())


def _save(row: Any, **changes: Any) -> None:
    for name, value in changes.items():
        setattr(row, name, value)
    row.save()


def _elsewhere(newsstand: Newsstand) -> None:
    """A picture that both articles show."""
    _save(newsstand.article.lead_image, description="Two pipes, side by side.")


def _import(newsstand: Newsstand) -> None:
    """As ``import_legislators`` writes."""
    Channel.objects.filter(kind="phone").update(value="202-224-1111")
    page_tags.written_in_bulk([newsstand.representative.pk])


CHANGES: dict[str, Change] = {
    "an article is edited": Change(
        lambda n: republish(n.article, title="Nine years"),
        (first, HOME, NEWS, category, CATEGORIES, THIS_MONTH, *FEEDS, representative),
        (second, UNTOUCHED, PETITIONS, REPRESENTATIVES),
    ),
    "an article is published": Change(
        lambda n: article(title="Something new", live=True),
        (HOME, NEWS, ARCHIVE, THIS_MONTH, at("/news-sitemap.xml"), *FEEDS),
        (first, second, UNTOUCHED, PETITIONS),
    ),
    "an article is taken back": Change(
        lambda n: n.second_article.unpublish(),
        (HOME, NEWS, category, CATEGORIES, ARCHIVE, at("/tags/lead/"), at("/news-sitemap.xml")),
        (first, UNTOUCHED, PETITIONS),
    ),
    "an article is deleted": Change(
        lambda n: ArticlePage.objects.get(pk=n.second_article.pk).delete(),
        (HOME, NEWS, category, at("/authors/ana-ruiz/")),
        (first, UNTOUCHED),
    ),
    "a draft is saved": Change(
        lambda n: n.article.save_revision(), (), (first, second, HOME, NEWS, UNTOUCHED)
    ),
    "a new draft is begun": Change(
        lambda n: article(title="Not yet"), (), (first, second, HOME, NEWS, UNTOUCHED)
    ),
    "a related link is added": Change(_add_link, (first,), (second, UNTOUCHED)),
    "a related link is removed": Change(_remove_link, (first,), (second, UNTOUCHED)),
    "a section is approved": Change(_approve_section, (second,), (first, UNTOUCHED)),
    "the number of a petition grows": Change(
        _confirm_one, (first, HOME, PETITIONS, embed), (second, UNTOUCHED, NEWS, CATEGORIES)
    ),
    "a petition is edited": Change(
        lambda n: republish_snippet(n.petition, title="Finish them sooner"),
        (first, HOME, PETITIONS, representative, embed),
        (second, UNTOUCHED, NEWS),
    ),
    "a petition is closed": Change(
        lambda n: petition_life.close(petition=n.petition),
        (first, HOME, PETITIONS, representative, embed),
        (second, UNTOUCHED, NEWS),
    ),
    "a petition begins": Change(
        lambda n: PetitionFactory(targets=[n.representative], closes_on=timezone.localdate()),
        (HOME, PETITIONS, representative),
        (first, second, UNTOUCHED),
    ),
    "a representative is edited": Change(
        lambda n: republish_snippet(n.representative, name="Tammy B. Baldwin"),
        (first, representative, REPRESENTATIVES),
        (second, UNTOUCHED, HOME, NEWS),
    ),
    "a channel is edited": Change(
        lambda n: _save(n.representative.channels.get(kind="phone"), value="202-224-0000"),
        (representative,),
        (second, UNTOUCHED, HOME),
    ),
    "representatives are imported": Change(
        _import,
        (representative,),
        (second, UNTOUCHED, HOME),
    ),
    "a letter is edited": Change(
        lambda n: republish_snippet(n.letter, title="Keep it"),
        (first, representative),
        (second, UNTOUCHED, HOME),
    ),
    "a category is renamed": Change(
        lambda n: _save(n.category, name="Health"),
        (first, second, category, CATEGORIES, NEWS),
        (UNTOUCHED, PETITIONS),
    ),
    "a category is made": Change(
        lambda n: CategoryFactory(name="Roads"), (CATEGORIES,), (first, UNTOUCHED, PETITIONS)
    ),
    "an author is renamed": Change(
        lambda n: _save(Author.objects.get(slug="ana-ruiz"), name="Ana María Ruiz"),
        (first, second, at("/authors/ana-ruiz/"), *FEEDS),
        (UNTOUCHED, PETITIONS),
    ),
    "a source is renamed": Change(
        lambda n: _save(n.article.source, name="The Gazette of Record"),
        (first, HOME, NEWS, lambda n: n.article.source.get_absolute_url()),
        (second, UNTOUCHED, PETITIONS),
    ),
    "tags are merged": Change(_merge_tags, (first, second), (UNTOUCHED, PETITIONS)),
    "a picture gets another description": Change(
        _elsewhere, (first, second), (UNTOUCHED, PETITIONS)
    ),
    "a reviewer changes their name": Change(
        lambda n: _save(User.objects.get(username=REVIEWER), last_name="Okoye"),
        (second,),
        (first, HOME, UNTOUCHED),
    ),
    "the site's settings are changed": Change(
        lambda n: _save(SiteSettings.for_site(Site.objects.get()), tagline="All the news"),
        (first, second, HOME, NEWS, UNTOUCHED, PETITIONS, REPRESENTATIVES, representative),
    ),
    "the default petition is changed": Change(
        lambda n: _save(AdvocacySettings.for_site(Site.objects.get()), default_petition=n.petition),
        (second,),
    ),
    "a page joins the footer": Change(
        lambda n: republish(StandardPage.objects.get(slug="about-the-test"), show_in_menus=True),
        (first, HOME, NEWS, PETITIONS, UNTOUCHED),
    ),
    "the front page is composed anew": Change(
        lambda n: republish(
            HomePage.objects.get(), sections=[block("latest", {"heading": "Now", "count": 1})]
        ),
        (HOME,),
    ),
    "the map of districts is replaced": Change(
        lambda n: load_map({"53703": "WI-2", "53704": "WI-1"}), (), (first, HOME, UNTOUCHED)
    ),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_shows_at_once_and_what_has_no_part_in_it_is_kept(
    name: str,
    reader: Reader,
    newsstand: Newsstand,
    about: StandardPage,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # Pages show each new number at once; how long they may wait is told in another test.
    monkeypatch.setattr(entries, "SOFT_SECONDS", 0.0)
    change = CHANGES[name]
    shows = [address(newsstand) for address in change.shows]
    stays = [address(newsstand) for address in change.stays]
    before = {address: reader.ask(address) for address in (*shows, *stays)}
    assert {answer.status for answer in before.values()} == {200}
    assert {reader.ask(address).how for address in before} == {"hit"}

    with django_capture_on_commit_callbacks(execute=True):
        change.does(newsstand)

    for address in shows:
        after = reader.ask(address)
        assert after.how in {"miss", ""}, f"{address} was kept"
        assert after.body != before[address].body, f"{address} says the same"
    assert {address: reader.ask(address).how for address in stays} == dict.fromkeys(stays, "hit")


def test_a_change_that_is_rolled_back_touches_nothing(
    reader: Reader,
    newsstand: Newsstand,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    reader.ask(first(newsstand))
    with (
        django_capture_on_commit_callbacks(execute=True),
        suppress(ZeroDivisionError),
        transaction.atomic(),
    ):
        _save(newsstand.category, name="Health")
        raise ZeroDivisionError

    assert reader.ask(first(newsstand)).how == "hit"


def test_a_change_while_a_page_is_being_made_has_it_made_again(
    newsstand: Newsstand, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    django = WSGIHandler()
    changed: list[bool] = []

    def slow(environ: Any, start_response: Any) -> Any:
        answer = django(environ, start_response)
        if not changed:
            # The page has read the old name by now.
            changed.append(True)
            with django_capture_on_commit_callbacks(execute=True):
                _save(newsstand.category, name="Changed meanwhile")
        return answer

    reader = Reader(slow)
    assert "Changed meanwhile" not in reader.ask(first(newsstand)).text
    answer = reader.ask(first(newsstand))
    assert answer.how == "miss"
    assert "Changed meanwhile" in answer.text


def test_numbers_have_a_page_made_anew_twice_a_second_at_most(
    reader: Reader,
    newsstand: Newsstand,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now)
    old = reader.ask(embed(newsstand))
    with django_capture_on_commit_callbacks(execute=True):
        _confirm_one(newsstand)
    assert reader.ask(embed(newsstand)).body == old.body

    now += versions.SOFT_SECONDS
    assert "621" in reader.ask(embed(newsstand)).text


def test_a_page_that_gets_a_password_is_kept_no_longer(
    reader: Reader,
    newsstand: Newsstand,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    assert reader.ask(first(newsstand)).how == "miss"
    with django_capture_on_commit_callbacks(execute=True):
        PageViewRestriction.objects.create(
            page=newsstand.article, restriction_type="password", password="told to few"
        )
    answer = reader.ask(first(newsstand))
    assert newsstand.article.introduction not in answer.text
    assert not answer.how
    assert not reader.ask(first(newsstand)).how


def test_a_link_to_a_page_appears_when_the_page_does(
    reader: Reader,
    newsstand: Newsstand,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    later = article(title="Later")
    words = f'<p>See <a linktype="page" id="{later.pk}">the other one</a>.</p>'
    with django_capture_on_commit_callbacks(execute=True):
        republish(newsstand.second_article, body=[block("paragraph", words)])
    assert later.slug not in reader.ask(second(newsstand)).text

    with django_capture_on_commit_callbacks(execute=True):
        republish(later)

    assert later.slug in reader.ask(second(newsstand)).text


def test_what_names_a_representative_shows_when_a_worker_has_noted_it(
    reader: Reader,
    newsstand: Newsstand,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    """Wagtail's index follows the publication: what was made between the two knows nothing of it."""
    article_id = newsstand.article.pk
    ReferenceIndex.objects.filter(object_id=str(article_id)).delete()
    assert newsstand.article.title not in reader.ask(representative(newsstand)).text

    with django_capture_on_commit_callbacks(execute=True):
        update_reference_index_task.enqueue("news", "articlepage", str(article_id))

    assert newsstand.article.title in reader.ask(representative(newsstand)).text


def test_a_withdrawn_and_an_invalid_signature_show_as_well(
    reader: Reader,
    newsstand: Newsstand,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(entries, "SOFT_SECONDS", 0.0)
    petition = newsstand.petition
    signature = SignatureFactory(petition=petition, confirmed=True)
    request = DataRequest.objects.create(
        email=signature.email, email_key=signature.email_key, asked_at=timezone.now()
    )
    SignatureFactory(petition=petition, confirmed=True)
    reader.ask(embed(newsstand))

    with django_capture_on_commit_callbacks(execute=True):
        assert own_data.erase_signature(request=request, reference=signature.reference)
    assert "619" in reader.ask(embed(newsstand)).text

    with django_capture_on_commit_callbacks(execute=True):
        done = invalidations.invalidate(
            petition=petition,
            chosen=Signature.objects.all(),
            reason="A machine",
            chosen_by="all",
            by=editor(),
        )
    assert "618" in reader.ask(embed(newsstand)).text

    with django_capture_on_commit_callbacks(execute=True):
        invalidations.undo(invalidation=done, by=editor())
    assert "619" in reader.ask(embed(newsstand)).text
