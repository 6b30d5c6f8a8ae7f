"""Words of headlines, texts that are one, and why two are alike."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from news.likeness.explaining import LONGEST, explanation
from news.likeness.folding import one_text, told_before
from news.likeness.words import WORDS_AT_MOST, words
from news.models.likeness import LONGEST_WORD

CUT = "Pizza chain Sbarro files for Chapter 11 bankruptcy protection again as  ..."
WHOLE = "Pizza chain Sbarro files for Chapter 11 bankruptcy protection again as malls empty"
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("written", "other"),
    [
        ("GM recalls", "recall GM"),
        ("Banning the word", "The word banned"),
        ("Zelenskyy’s Café", "zelenskyy cafe"),
        ("ÉTAT DE DROIT", "État de droit"),
        ("Stories told", "A story told"),
        ("Straße gesperrt", "STRASSE GESPERRT"),
        ("voters, senators: taxes", "voter senator tax"),
        ("stopping", "stopped"),
    ],
)
def test_what_is_written_otherwise_is_one_word(written: str, other: str) -> None:
    assert set(words(written)) == set(words(other))


def test_common_words_tell_nothing() -> None:
    assert words("What you should say about this, and why it's now") == []


def test_each_word_counts_once_and_keeps_its_place() -> None:
    assert words("Snowden, Snowden and the NSA on Snowden") == ["snowden", "nsa"]


def test_numbers_are_not_stemmed() -> None:
    assert words("37000 cars of 2011 in town11") == ["37000", "car", "2011", "town11"]


def test_scripts_without_spaces_are_compared_by_pairs_of_characters() -> None:
    shared = set(words("東京都知事選挙の結果")) & set(words("結果は東京都知事が発表"))
    assert "東京" in shared
    assert "結果" in shared


@given(st.text())
def test_any_text_has_words_that_can_be_stored(text: str) -> None:
    found = words(text)
    assert len(found) == len(set(found)) <= WORDS_AT_MOST
    for word in found:
        assert 0 < len(word) <= LONGEST_WORD
        assert word.isalnum()


@given(st.text())
@example("ß〱")
@example("㎑〱")
def test_what_was_taken_apart_once_holds_nothing_new(text: str) -> None:
    assert len(words(" ".join(words(text)))) <= len(words(text))


@pytest.mark.parametrize(
    ("title", "other"),
    [
        (CUT, WHOLE),
        ("UPDATE 2-Airline ends deal with rival in Boston", "Airline ends deal with rival Boston"),
        ("Airline ends deal with rival", "Airline Ending Deal With Rival"),
    ],
)
def test_a_wire_story_is_one_text_under_each_headline(title: str, other: str) -> None:
    assert one_text(words(title), words(other))
    assert one_text(words(other), words(title))


@pytest.mark.parametrize(
    ("title", "other"),
    [
        ("Airline ends deal with rival", "Airline says storms grounded flights"),
        ("Snowden", "Snowden speaks to a festival by video"),
        ("", ""),
        ("", "Airline ends deal"),
    ],
)
def test_two_stories_are_not_one_text(title: str, other: str) -> None:
    assert not one_text(words(title), words(other))


@given(st.lists(st.text(alphabet="abcd", min_size=1), min_size=1, max_size=8))
def test_every_text_is_one_with_itself(text: list[str]) -> None:
    assert told_before(text, [["other"], text]) == 1
    assert told_before(text, []) is None


def test_an_explanation_names_names_and_hours() -> None:
    told = explanation(
        "Talks between Witkoff and Zelenskyy end without a deal",
        "Why Zelenskyy left the talks with Witkoff",
        apart=-3 * HOUR,
    )
    assert told == "same names: Witkoff, Zelenskyy; 3 h apart"


def test_a_capital_tells_no_name_where_all_have_one() -> None:
    told = explanation("Lead Pipe Bill Goes To Floor", "Lead Pipe Bill Is Back", apart=50 * HOUR)
    assert told == "same words: Lead, Pipe, Bill; 2 days apart"


def test_one_name_is_helped_by_words() -> None:
    told = explanation(
        "The end of an agreement with JetBlue", "JetBlue ends its agreement", apart=HOUR / 2
    )
    assert told == "same names: JetBlue; same words: ends, agreement; within the hour"


def test_who_writes_a_word_small_knows_no_name_in_it() -> None:
    told = explanation(
        "The senate heard why Science matters to Ruiz", "Ruiz: fund more science", apart=2 * HOUR
    )
    assert told == "same names: Ruiz; same words: science; 2 h apart"


@pytest.mark.parametrize(
    ("hours", "told"),
    [
        (0.9, "within the hour"),
        (1, "1 h apart"),
        (47, "47 h apart"),
        (48, "2 days apart"),
        (13 * 24, "13 days apart"),
        (14 * 24, "2 weeks apart"),
        (59 * 24, "8 weeks apart"),
        (61 * 24, "2 months apart"),
        (700 * 24, "23 months apart"),
        (1569 * 24, "4 years apart"),
    ],
)
def test_a_distance_is_told_in_the_unit_that_people_would_choose(hours: float, told: str) -> None:
    assert explanation("Lead pipes", "Lead pipes", apart=-hours * HOUR).endswith(f"; {told}")


def test_what_shares_no_word_is_said_to() -> None:
    told = explanation("Lead pipes", "Water mains", apart=HOUR)
    assert told.startswith("no word in common")


@given(st.text(), st.text(), st.timedeltas(timedelta(days=-9999), timedelta(days=9999)))
def test_an_explanation_fits_its_column(text: str, other: str, apart: timedelta) -> None:
    assert 0 < len(explanation(text, other, apart=apart)) <= LONGEST
