"""The index of likeness, what is nearest in it, and which articles tell a story already."""

from __future__ import annotations

import csv
import datetime
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from benchmarks import related
from news.likeness import index
from news.likeness.covering import covering
from news.likeness.scoring import Rarity, nearest, similarity
from news.likeness.words import words
from news.models import ArticlePage, LikenessEntry, LikenessPosting, LikenessWord, Story
from tests.factories.news import article
from tests.news.headlines import NOON, story


def found(text: str, *, hours: float = 0, limit: int = 10) -> list[str]:
    """Headlines most like a text."""
    near = nearest(words(text), at=NOON + timedelta(hours=hours), limit=limit)
    titles = LikenessEntry.objects.in_bulk([one.entry_id for one in near])
    return [titles[one.entry_id].title for one in near]


# The index ----------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_new_story_is_found_once_it_is_indexed() -> None:
    story("Senate votes on lead pipes")
    assert found("lead pipes") == []
    assert index.refresh() == 1
    assert found("lead pipes") == ["Senate votes on lead pipes"]


@pytest.mark.django_db
def test_what_is_unchanged_is_not_indexed_again() -> None:
    story("Senate votes on lead pipes")
    article(live=True)
    article()
    assert index.refresh() == 3
    assert index.refresh() == 0


@pytest.mark.django_db
def test_a_story_whose_title_or_time_changed_is_indexed_anew() -> None:
    changed = story("Senate votes on lead pipes")
    index.refresh()
    Story.objects.update(title="House debates water mains")
    assert index.refresh() == 1
    assert found("lead pipes") == []
    assert found("water mains") == ["House debates water mains"]
    Story.objects.update(published_at=NOON - timedelta(days=2))
    assert index.refresh() == 1
    minutes = LikenessPosting.objects.filter(entry__story=changed).values_list("minute", flat=True)
    assert set(minutes) == {index.minute(NOON - timedelta(days=2))}


@pytest.mark.django_db
def test_a_deleted_story_leaves_nothing_behind() -> None:
    story("Senate votes on lead pipes")
    index.refresh()
    Story.objects.all().delete()
    assert found("lead pipes") == []
    assert not LikenessEntry.objects.exists()
    assert not LikenessPosting.objects.exists()


@pytest.mark.django_db
def test_an_article_is_indexed_as_its_editors_see_it_until_readers_do() -> None:
    page = article(title="Committee votes")
    page.title = "Panel decides"
    page.save_revision()
    index.refresh()
    assert LikenessEntry.objects.get(page=page).title == "Panel decides"
    page.get_latest_revision().publish()
    page.title = "Nobody reads this yet"
    page.save_revision()
    index.refresh()
    assert LikenessEntry.objects.get(page=page).title == "Panel decides"


@pytest.mark.django_db
def test_words_are_counted_again_as_the_index_grows() -> None:
    story("Senate votes on lead pipes")
    index.refresh()
    assert index.counts(["lead", "senat", ""]) == {"": 1}
    story("House debates lead pipes")
    index.refresh()
    assert index.counts(["lead", "senat", ""]) == {"": 2, "lead": 2}


@pytest.mark.django_db
def test_a_large_index_is_not_counted_for_every_story(monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(3):
        story(f"Senate votes on lead pipes {number}")
    index.refresh()
    monkeypatch.setattr(index, "COUNT_AGAIN", 1)
    story("Senate votes on lead pipes again")
    index.refresh()
    assert index.counts([""]) == {"": 3}


@pytest.mark.django_db
def test_a_refresh_is_bounded_and_the_next_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index, "BATCH", 2)
    for number in range(5):
        story(f"Story {number}")
    assert index.refresh(batches=2) == 4
    assert index.refresh(batches=2) == 1


@pytest.mark.django_db
def test_an_empty_index_has_nothing_near() -> None:
    assert found("lead pipes") == []
    assert found("") == []


@pytest.mark.django_db
def test_an_article_that_looks_back_is_near_what_is_told_when_it_is_written() -> None:
    treaty = datetime.datetime(1949, 4, 4, 17, 0, tzinfo=datetime.UTC)
    draft = article(title="Read the treaty again", source_published_at=treaty)
    page = article(title="Read the pledge again", live=True, source_published_at=treaty)
    recent = article(title="Senate votes", live=True, source_published_at=NOON)
    index.refresh()
    moments = dict(LikenessEntry.objects.values_list("page", "published_at"))
    assert moments[draft.pk] == draft.latest_revision_created_at
    assert moments[page.pk] == page.first_published_at
    assert moments[recent.pk] == NOON


# What is nearest ----------------------------------------------------------------------------------


@pytest.mark.django_db
def test_rare_words_tell_more_than_frequent_ones() -> None:
    for subject in ("harbours", "railways", "forests", "bridges"):
        story(f"Senate debates {subject}")
    story("Zelenskyy visits Ohio")
    index.refresh()
    assert found("Senate Zelenskyy")[0] == "Zelenskyy visits Ohio"


@pytest.mark.django_db
def test_of_two_alike_the_one_nearer_in_time_comes_first() -> None:
    story("Lead pipes in Ohio", hours=-72)
    story("Lead pipes in Iowa", hours=2)
    index.refresh()
    assert found("Lead pipes") == ["Lead pipes in Iowa", "Lead pipes in Ohio"]
    assert found("Lead pipes", hours=-72) == ["Lead pipes in Ohio", "Lead pipes in Iowa"]


@pytest.mark.django_db
def test_others_of_the_story_lead_to_those_that_share_no_word() -> None:
    story("Whistleblower Snowden speaks at festival in Austin")
    story("Snowden: festival talk by video from Moscow")
    story("Austin hears from Moscow by video")
    story("Banana merger makes the largest company")
    index.refresh()
    assert found("Snowden festival")[-1] == "Austin hears from Moscow by video"
    assert "Banana merger makes the largest company" not in found("Snowden festival")


@pytest.mark.django_db
def test_scores_are_between_nothing_and_the_same() -> None:
    story("Lead pipes in Ohio")
    story("Lead mines in Peru", hours=30)
    index.refresh()
    near = nearest(words("Lead pipes in Ohio"), at=NOON, limit=5)
    assert [one.score for one in near] == sorted((one.score for one in near), reverse=True)
    assert all(0 < one.score <= 1 for one in near)


@pytest.mark.django_db
def test_a_question_costs_few_queries_however_long_it_is() -> None:
    for number in range(30):
        story(f"Lead pipes {number} in Ohio town {number + 100}")
    index.refresh()
    with CaptureQueriesContext(connection) as asked:
        nearest(words(" ".join(f"word{n}" for n in range(40)) + " lead"), at=NOON, limit=10)
    few = len(asked)
    with CaptureQueriesContext(connection) as asked:
        nearest(words("Lead pipes"), at=NOON, limit=10)
    assert max(few, len(asked)) <= 6


class AnyHeadline(TestCase):
    """Nothing that a feed can bring breaks indexing or asking."""

    @hypothesis_settings(max_examples=25)
    @given(
        st.lists(
            st.text(
                st.characters(exclude_characters="\0", exclude_categories=["Cs"]),
                min_size=1,
                max_size=300,
            ),
            min_size=1,
            max_size=4,
        )
    )
    def test_it_is_found_by_its_own_words(self, titles: list[str]) -> None:
        """A headline of any telling word finds itself."""
        for title in titles:
            story(title)
        index.refresh()
        for title in titles:
            near = nearest(words(title), at=NOON, limit=len(titles))
            assert bool(near) == bool(words(title))

    @hypothesis_settings(max_examples=25)
    @given(st.lists(st.sampled_from(["ohio", "lead", "pipes", "vote"]), min_size=1, max_size=4))
    def test_likeness_has_no_direction(self, text: list[str]) -> None:
        """Both ways the same, and 1 for the same."""
        known = Rarity()
        assert similarity(text, ["lead"], known) == similarity(["lead"], text, known)
        assert similarity(set(text), set(text), known) == pytest.approx(1)


# Real headlines -----------------------------------------------------------------------------------


@pytest.mark.django_db
def test_nine_of_ten_suggestions_are_of_the_same_story(shared_data: Path) -> None:
    lines, stories = related.read(shared_data / "news" / "headlines.csv")
    related.store(lines)
    related.index()
    answers = related.ask(lines, stories, range(0, len(lines), 6))
    assert answers.precision >= related.LEAST_PRECISION


@pytest.mark.django_db
def test_no_story_column_is_needed_to_suggest(shared_data: Path, tmp_path: Path) -> None:
    """The same headlines with every story's name taken away are answered the same."""
    with (shared_data / "news" / "headlines.csv").open(newline="", encoding="utf-8") as opened:
        rows = list(csv.DictReader(opened))[:200]
    blind = tmp_path / "blind.csv"
    for name, value in (("seen.csv", None), ("blind.csv", "")):
        with (tmp_path / name).open("w", newline="", encoding="utf-8") as opened:
            writer = csv.DictWriter(opened, rows[0])
            writer.writeheader()
            writer.writerows(row if value is None else row | {"story": value} for row in rows)
    assert related.read(blind)[0] == related.read(tmp_path / "seen.csv")[0]


# Who tells it already -----------------------------------------------------------------------------


def told(title: str, *, live: bool = False) -> ArticlePage:
    return article(title=title, live=live, source_published_at=NOON)


@pytest.mark.django_db
def test_articles_of_the_same_story_cover_it_live_or_not() -> None:
    first = told("Senate passes lead pipe bill after long debate", live=True)
    second = told("Lead pipe bill passes Senate")
    told("Harbour strike ends")
    ids = covering(title="Lead pipe bill passes the Senate after debate", published_at=NOON)
    assert set(ids) == {first.pk, second.pk}


@pytest.mark.django_db
def test_what_was_told_a_week_ago_is_another_story() -> None:
    article(
        title="Lead pipe bill passes Senate", source_published_at=NOON - datetime.timedelta(days=7)
    )
    assert covering(title="Lead pipe bill passes Senate", published_at=NOON) == []


@pytest.mark.django_db
def test_an_article_that_looks_back_covers_what_was_then_and_what_is_now() -> None:
    year_ago = NOON - datetime.timedelta(days=365)
    page = article(title="Lead pipe bill passes Senate", source_published_at=year_ago, live=True)
    assert covering(title="Lead pipe bill passes Senate", published_at=year_ago) == [page.pk]
    assert covering(title="Lead pipe bill passes Senate") == [page.pk]


@pytest.mark.django_db
def test_a_headline_in_another_language_is_not_compared() -> None:
    title = "Lead pipe bill passes Senate"
    page = told(title)
    assert covering(title=title, published_at=NOON, language="de") == []
    assert covering(title=title, published_at=NOON, language="en-GB") == [page.pk]
    assert covering(title=title, published_at=NOON) == [page.pk]


@pytest.mark.django_db
def test_a_short_headline_is_helped_by_its_summary() -> None:
    page = told("Lead pipe bill passes Senate")
    assert covering(title="It passed", published_at=NOON) == []
    summary = "The lead pipe bill is through the Senate."
    assert covering(title="It passed", published_at=NOON, summary=summary) == [page.pk]


@pytest.mark.django_db
def test_one_word_in_common_makes_no_story() -> None:
    told("Senate")
    assert covering(title="Senate votes", published_at=NOON) == []


@pytest.mark.django_db
def test_asking_what_covers_a_story_writes_nothing() -> None:
    told("Lead pipe bill passes Senate")
    with CaptureQueriesContext(connection) as asked:
        covering(title="Lead pipe bill passes Senate", published_at=NOON)
    assert all(query["sql"].startswith("SELECT") for query in asked.captured_queries)
    assert not LikenessEntry.objects.exists()
    assert not LikenessWord.objects.exists()
