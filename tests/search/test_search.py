"""The search page: finds what everybody may read, whatever is typed, on every engine."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import quote, quote_plus

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from wagtail.models import PageViewRestriction

from news.models import ArticlePage
from tests.factories.advocacy import PetitionFactory, RepresentativeFactory
from tests.factories.news import CategoryFactory, SourceFactory, article, paragraph

pytestmark = pytest.mark.django_db
Engine = Callable[[], None]


def published(title: str, *, category: Any = None, day: str = "", **fields: Any) -> ArticlePage:
    """A live article, filed under a category and published on a day where they are given."""
    page = article(title=title, live=True, **{"body": [], "introduction": "", **fields})
    if category:
        page.categories.set([category])
    if day:
        noon = datetime.datetime.fromisoformat(f"{day}T17:00:00+00:00")
        page.first_published_at = noon
    page.save()
    return page


def search(**parameters: str) -> str:
    """The page as a reader gets it."""
    response = Client().get(
        "/search/", {name.rstrip("_"): value for name, value in parameters.items()}
    )
    assert response.status_code == 200
    return str(response.content.decode())


def titles(html: str) -> list[str]:
    """The titles of the results on a page, in their order."""
    linked = re.findall(r'<h3><a href="[^"]+">(.+?)</a></h3>', html)
    return [re.sub("<[^>]+>", "", title) for title in linked]


def found(**parameters: str) -> set[str]:
    """The titles found, without those that hold only some of the words."""
    html = search(**parameters)
    return set() if "Nothing holds" in html else set(titles(html))


# What is found ------------------------------------------------------------------------------------


def test_every_word_must_stand_in_the_article_wherever_it_stands(engine: Engine) -> None:
    published("Ten years for the pipes", body=[paragraph("The water is safe to drink.")])
    published("Pipes and organs", body=[paragraph("A concert.")])
    engine()
    assert found(q="pipes") == {"Ten years for the pipes", "Pipes and organs"}
    assert found(q="pipes drink") == {"Ten years for the pipes"}
    assert found(q="pipes qqqqq") == set()


def test_commentary_sources_categories_and_tags_are_searched(engine: Engine) -> None:
    page = article(
        title="A story",
        introduction="An introduction with heron.",
        source=SourceFactory(name="Kingfisher Times"),
        opinion=[paragraph("We think of the cormorant.")],
    )
    page.categories.set([CategoryFactory(name="Wetlands")])
    page.tags.add("bittern")
    page.save_revision().publish()
    engine()
    for word in ("heron", "kingfisher", "cormorant", "wetlands", "bittern"):
        assert found(q=word) == {"A story"}, word


def test_representatives_and_petitions_are_found_beside_articles(engine: Engine) -> None:
    senator = RepresentativeFactory(name="Maria Ibarra", first_name="Maria", last_name="Ibarra")
    PetitionFactory(title="Keep the river clean", targets=[senator])
    published("What Ibarra said of the river")
    engine()
    html = search(q="ibarra")
    assert set(titles(html)) == {
        "Senator Maria Ibarra",
        "Keep the river clean",
        "What Ibarra said of the river",
    }
    assert re.search(r'kind=representative">Representatives <span class="soft">1<', html)
    assert found(q="ibarra", kind="petition") == {"Keep the river clean"}
    # The other tabs keep their counts.
    html = search(q="ibarra", kind="petition")
    assert re.search(r">All <span class=\"soft\">3<", html)
    assert re.search(r'kind=article">Articles <span class="soft">1<', html)


def test_a_word_is_found_in_its_other_forms_and_without_its_accents(engine: Engine) -> None:
    published("Voting in Córdoba")
    engine()
    for typed in ("votes", "voted", "cordoba", "CÓRDOBA", "vote cordoba"):
        assert found(q=typed) == {"Voting in Córdoba"}, typed


def test_a_phrase_stands_together_and_a_minus_leaves_out(engine: Engine) -> None:
    published("The lead pipes of Flint")
    published("Pipes that lead nowhere")
    engine()
    assert found(q='"lead pipes"') == {"The lead pipes of Flint"}
    assert found(q="“lead pipes”") == {"The lead pipes of Flint"}
    assert found(q="pipes -flint") == {"Pipes that lead nowhere"}
    assert found(q='pipes -"lead nowhere"') == {"The lead pipes of Flint"}
    assert "You only said which words to leave out" in search(q="-flint")


def test_a_hit_in_the_title_comes_before_one_in_the_body(engine: Engine) -> None:
    published("A walk in the park", body=[paragraph("We saw a heron and a swan. " * 3)])
    published("The heron comes back", body=[paragraph("It was away for years. " * 3)])
    engine()
    assert titles(search(q="heron")) == ["The heron comes back", "A walk in the park"]


def test_of_two_alike_the_newer_comes_first(engine: Engine) -> None:
    published("The heron in the marsh", day="2019-05-01")
    published("The heron in the field", day="2026-05-01")
    engine()
    newest = ["The heron in the field", "The heron in the marsh"]
    assert titles(search(q="heron")) == newest
    assert titles(search(q="heron", sort="newest")) == newest
    assert titles(search(q="heron", sort="oldest")) == newest[::-1]


def test_the_hit_is_marked_and_everything_else_is_text(engine: Engine) -> None:
    published(
        "Herons <script>",
        introduction="Nothing here.",
        body=[paragraph("Far away. " * 60 + "Then a heron &lt;b&gt;came&lt;/b&gt; down.")],
    )
    engine()
    html = search(q="heron")
    assert "<mark>Herons</mark> &lt;script&gt;" in html or "<mark>Herons</mark>" in html
    assert "a <mark>heron</mark>" in html
    assert "<b>came" not in html
    assert "<script>" not in html.replace('<script type="module"', "")


def test_a_changed_article_is_found_by_its_new_words_only(engine: Engine) -> None:
    page = published("The first title")
    page.title = "Another name"
    page.save_revision().publish()
    engine()
    assert found(q="another") == {"Another name"}
    assert found(q="first") == set()


def test_what_nobody_may_read_is_in_no_result_count_facet_or_extract(engine: Engine) -> None:
    secret = CategoryFactory(name="Wetlands", slug="wetlands")
    article(title="A draft about herons")
    published("Taken back, about herons", category=secret).unpublish()
    private = published("Private, about herons", category=secret)
    PageViewRestriction.objects.create(
        page=private, restriction_type=PageViewRestriction.PASSWORD, password="heron"
    )
    changed = published("Public", category=secret)
    changed.title = "Public, and now about herons"
    changed.save_revision()
    RepresentativeFactory(name="Heron Draft", live=False)
    PetitionFactory(title="For herons", live=False)
    engine()
    assert "Nothing found" in search(q="herons")
    html = search(category="wetlands")
    assert titles(html) == ["Public"]
    assert "1 result<" in html


def test_what_becomes_public_again_is_found_again(engine: Engine) -> None:
    page = published("Herons in the marsh")
    restriction = PageViewRestriction.objects.create(
        page=page.get_parent(), restriction_type=PageViewRestriction.LOGIN
    )
    engine()
    assert found(q="herons") == set()
    restriction.delete()
    engine()
    assert found(q="herons") == {"Herons in the marsh"}


# Narrower -----------------------------------------------------------------------------------------


def test_a_category_narrows_what_is_found(engine: Engine) -> None:
    water = CategoryFactory(name="Water", slug="water")
    published("Lead pipes", category=water)
    published("Organ pipes", category=CategoryFactory(slug="music"))
    engine()
    assert found(q="pipes", category="water") == {"Lead pipes"}
    assert found(category="water") == {"Lead pipes"}


def test_what_narrows_to_nothing_there_is_is_left_out_with_a_notice(engine: Engine) -> None:
    published("Lead pipes")
    engine()
    for facet in ("category", "source", "tag", "year", "kind"):
        html = search(q="pipes", **{facet: "no-such"})
        assert titles(html) == ["Lead pipes"]
        assert f"There is no such {facet}" in html
        assert "There is no such" not in search(q="pipes", **{facet: ""})


def test_a_result_says_the_day_that_days_and_years_go_by(engine: Engine) -> None:
    long_ago = datetime.datetime(1949, 4, 4, 12, tzinfo=datetime.UTC)
    published("Lead pipes", day="2024-03-01", source_published_at=long_ago)
    engine()
    html = search(q="pipes", year="2024", sort="newest")
    assert "April 4, 1949" in html
    assert re.search(r"Published here\s+<time[^>]*>March 1, 2024</time>", html)


def test_a_category_counts_and_finds_what_is_under_those_below_it(engine: Engine) -> None:
    health = CategoryFactory(name="Health", slug="health")
    water = CategoryFactory(name="Water", slug="water", parent=health)
    published("Lead pipes", category=water)
    both = published("Old pipes", category=water)
    both.categories.add(health)
    both.save()
    published("Organ pipes", category=CategoryFactory(name="Music"))
    engine()
    html = search(q="pipes")
    for name, number in (("Health", 2), ("Water", 2), ("Music", 1)):
        assert f'<span>{name}</span> <span class="soft">{number}</span>' in html
    assert found(q="pipes", category="health") == {"Lead pipes", "Old pipes"}
    # A category that moves takes its articles with it.
    water.parent = None
    water.save()
    engine()
    assert found(q="pipes", category="health") == {"Old pipes"}


def test_facets_count_what_they_would_leave(engine: Engine) -> None:
    water, music = CategoryFactory(name="Water", slug="water"), CategoryFactory(name="Music")
    gazette = SourceFactory(name="The Gazette")
    both = published("Water pipes", category=water, source=gazette, day="2024-03-01")
    both.categories.add(music)
    both.tags.add("lead")
    both.save()
    published("Organ pipes", category=music, source=gazette, day="2025-03-01")
    published("Rain", category=water, source=gazette)
    engine()
    html = search(q="pipes")
    counted = dict(
        re.findall(r'<span>([^<]+)</span> <span class="soft">([0-9,]+)</span></a>', html)
    )
    assert counted == {
        "Music": "2",
        "Water": "1",
        "The Gazette": "2",
        "lead": "1",
        "2024": "1",
        "2025": "1",
    }
    assert found(q="pipes", source=str(gazette.pk), year="2025") == {"Organ pipes"}
    assert found(q="pipes", tag="lead") == {"Water pipes"}
    # What narrows can be taken away again, and what was typed stays.
    assert '<a class="facet__chosen" href="/search/?q=pipes">' in search(q="pipes", tag="lead")


def test_days_narrow_and_both_ends_count(engine: Engine) -> None:
    for day in ("2024-03-01", "2024-03-02", "2024-03-03"):
        published(f"Pipes on {day}", day=day)
    engine()
    assert found(q="pipes", from_="2024-03-02") == {"Pipes on 2024-03-02", "Pipes on 2024-03-03"}
    assert found(q="pipes", to="2024-03-01") == {"Pipes on 2024-03-01"}
    assert found(q="pipes", from_="2024-03-02", to="2024-03-02") == {"Pipes on 2024-03-02"}
    html = search(q="pipes", from_="2024-03-03", to="2024-03-02")
    assert set(titles(html)) == {"Pipes on 2024-03-02", "Pipes on 2024-03-03"}
    assert "so they were swapped" in html
    assert search(from_="2024-02-30", to="tomorrow").count('class="notice"') == 1


# Forgiving ----------------------------------------------------------------------------------------


def test_a_slip_is_forgiven_and_said(engine: Engine) -> None:
    published("The committee votes on plumbing")
    engine()
    for typed in ("comittee", "commitee plumbing", "cmomittee", "committez", "plumbnig"):
        html = search(q=typed)
        assert titles(html) == ["The committee votes on plumbing"], typed
        assert f"Nothing holds &ldquo;{typed}&rdquo;." in html


def test_another_spelling_is_offered_where_few_were_found(engine: Engine) -> None:
    published("A comittee of one")
    for number in range(12):
        published(f"The committee, part {number}")
    engine()
    html = search(q="comittee")
    assert titles(html) == ["A comittee of one"]
    assert 'Did you mean <a href="/search/?q=committee">committee</a>?' in html


def test_no_spelling_is_offered_from_what_nobody_may_read(engine: Engine) -> None:
    page = published("The zephyrology report")
    page.unpublish()
    article(title="A zephyrology draft")
    engine()
    assert "zephyrology" not in search(q="zephyrolgy")


def test_where_nothing_holds_all_words_those_that_hold_most_are_shown(engine: Engine) -> None:
    published("Lead pipes in Flint")
    published("A river in Flint")
    engine()
    html = search(q="lead pipes flint qqqqq")
    assert titles(html) == ["Lead pipes in Flint"]
    assert "hold all but one of them" in html


def test_nothing_found_says_what_to_try(engine: Engine) -> None:
    published("Lead pipes", category=CategoryFactory(name="Water", slug="water"))
    engine()
    html = search(q="qqqqq", category="water")
    assert "Nothing in Water holds &ldquo;qqqqq&rdquo;." in html
    assert 'href="/search/?q=qqqqq"' in html
    assert "Water" in html


def test_an_empty_search_offers_the_categories() -> None:
    published("Lead pipes", category=CategoryFactory(name="Water"))
    html = search()
    assert "Or start from a category" in html
    assert "Water" in html
    assert "Nothing found" not in html


def test_results_come_ten_on_a_page_and_keep_what_was_asked(engine: Engine) -> None:
    water = CategoryFactory(slug="water")
    for number in range(12):
        published(f"Pipe number {number:02}", category=water)
    engine()
    first, second = found(q="pipe", category="water"), found(q="pipe", category="water", page="2")
    assert (len(first), len(second), len(first | second)) == (10, 2, 12)
    html = search(q="pipe", category="water")
    assert 'href="/search/?q=pipe&amp;category=water&amp;page=2"' in html
    # Beyond the last page stands the last.
    assert found(q="pipe", category="water", page="1000000000") == second


# Whatever is typed --------------------------------------------------------------------------------

HOSTILE = {
    "quotes": "\"lead\" 'pipes' “water” `",
    "one quote": 'he said "tax',
    "NUL": "lead\0pipes",
    "operators": 'lead AND (pipes OR NOT water) NEAR(x, 2) title:* ^ - + ~ | & ! <-> :* "',
    "bare operators": "AND OR NOT",
    "spaces": " \t\n  ",
    "stop words": "the a of and",
    "ten kilobytes": "pipes " * 1_700,
    "a word of ten kilobytes": "x" * 10_000,
    "emoji": "🐦 👩‍👩‍👧 🏳️‍🌈",
    "marks of direction": "\u202epipes\u202c \u200f\u2066lead\u2069",
    "other scripts": "Ψωμί 水 вода ماء ไทย",
    "accents": "Zürich café naïve",
    "percent and underscore": "100% _lead_ \\",
    "SQL": "'; DROP TABLE news_articlepage; --",
    "markup": "<script>alert(1)</script><b>&amp;",
    "hyphens and points": "covid-19 U.S. don't e-mail -- ... '-'",
    "combining": "a\u0301\u0302\u0303" * 50,
    "control characters": "".join(map(chr, range(32))),
    "full width": "".join(chr(ord(letter) + 0xFEE0) for letter in "pipes"),
    "ligature and long s": "\ufb01\u017fh \u0149 \u01c6 \u0130 ß",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_words_are_answered(
    engine: Engine, html_valid: Callable[[str], None], name: str
) -> None:
    published("Lead pipes", category=CategoryFactory(slug="water"))
    engine()
    html_valid(search(q=HOSTILE[name]))
    for parameter in ("kind", "category", "source", "tag", "year", "from", "to", "sort", "page"):
        search(q="pipes", **{parameter: HOSTILE[name]})
    assert Client().get("/search/suggest/", {"q": HOSTILE[name]}).status_code == 200


@pytest.mark.parametrize(
    "raw", ["%ED%A0%80", "%FF%FE", "%00", "%E2%82", "a%C0%AFb", "q=1&q=2&q=%22", "%F4%90%80%80"]
)
def test_broken_encodings_are_answered(client: Client, raw: str) -> None:
    published("Lead pipes")
    assert client.get(f"/search/?q={raw}").status_code == 200
    assert client.get(f"/search/suggest/?q={raw}").status_code == 200


ONE_FOR_ALL = settings(
    max_examples=40,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@ONE_FOR_ALL
@given(text=st.text(max_size=60))
def test_any_text_is_answered(engine: Engine, text: str) -> None:
    if not ArticlePage.objects.exists():
        published("Lead pipes")
        engine()
    raw = quote(text.encode("utf-8", "surrogatepass"))
    for address in (f"/search/?q={raw}", f"/search/suggest/?q={raw}"):
        assert Client().get(address).status_code == 200


@ONE_FOR_ALL
@given(
    text=st.text(alphabet="ab \"'*():^-+~|&!<>\\%_.\u2019\u00ad\u200b@#$?[]{}=,;/`", max_size=30)
)
def test_any_punctuation_is_answered(engine: Engine, text: str) -> None:
    if not ArticlePage.objects.exists():
        published("Lead pipes")
        engine()
    raw = quote_plus(text)
    assert Client().get(f"/search/?q={raw}").status_code == 200
    assert Client().get(f"/search/?q=a+-{raw}&category={raw}&from={raw}").status_code == 200


PARAMETERS = ("q", "kind", "category", "source", "tag", "year", "from", "to", "sort", "page")


@ONE_FOR_ALL
@given(
    said=st.fixed_dictionaries(
        {},
        optional={name: st.text(st.characters(codec="utf-8"), max_size=30) for name in PARAMETERS},
    )
)
def test_any_text_in_any_parameter_is_answered(engine: Engine, said: dict[str, str]) -> None:
    if not ArticlePage.objects.exists():
        published("Lead pipes")
        engine()
    assert Client().get("/search/", said).status_code == 200
    assert Client().get("/search/", {"q": "pipes", **said}).status_code == 200


@ONE_FOR_ALL
@given(
    since=st.dates().map(str),
    until=st.dates().map(str),
    year=st.integers(0, 9999).map("{:04}".format),
    page=st.integers().map(str),
    number=st.integers().map(str),
)
def test_any_day_and_number_is_answered(
    engine: Engine, since: str, until: str, year: str, page: str, number: str
) -> None:
    said = {"q": "pipes", "from": since, "to": until, "page": page}
    assert Client().get("/search/", said).status_code == 200
    assert Client().get("/search/", {"year": year, "source": number}).status_code == 200


@pytest.mark.parametrize("page", ["0", "-1", "1000000000", "x", "", "1.5", "\0", "9" * 5000])
def test_any_number_of_a_page_is_answered(engine: Engine, page: str) -> None:
    published("Lead pipes")
    engine()
    assert found(q="pipes", page=page) == {"Lead pipes"}


def test_what_was_typed_is_shown_as_text() -> None:
    html = search(q='<b onclick="x()">zebra</b>')
    assert "<b onclick" not in html
    assert 'value="&lt;b onclick' in html


def test_a_long_query_is_cut_and_says_so() -> None:
    published("Lead pipes")
    html = search(q="pipes " + "x" * 300)
    assert "That was more than can be searched for at once." in html


def test_searching_only_reads(client: Client) -> None:
    assert client.post("/search/", {"q": "x"}).status_code == 405
    assert client.post("/search/suggest/", {"q": "x"}).status_code == 405
    assert client.get("/search/").headers["X-Robots-Tag"] == "noindex"
