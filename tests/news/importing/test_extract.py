"""The extract: whole paragraphs or sentences, never more words than may be shown."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from news.drafting.guard import word_count
from news.importing.story_text import extract

TEN = "One two three four five six seven eight nine ten."


def test_whole_paragraphs_are_kept_while_they_fit() -> None:
    assert extract([TEN, TEN, TEN], limit=20) == [TEN, TEN]
    assert extract([TEN, TEN], limit=500) == [TEN, TEN]
    assert extract([], limit=10) == []


def test_where_much_is_left_whole_sentences_of_the_next_paragraph_follow() -> None:
    assert extract([TEN, f"{TEN} {TEN} {TEN}"], limit=35) == [TEN, f"{TEN} {TEN}"]


def test_a_first_paragraph_that_is_too_long_ends_with_a_sentence() -> None:
    assert extract([f"{TEN} {TEN}"], limit=12) == [TEN]
    assert extract([TEN], limit=5) == []


@pytest.mark.parametrize(
    ("text", "limit", "kept"),
    [
        ("The U.S. sent Sen. J. Doe on Monday. He came back late.", 9, "The U.S. sent Sen. J. Doe on Monday."),
        ("“It is over.” She left the room at once.", 5, "“It is over.”"),
        ("Am 6. Mai kam Dr. Stahl. Er blieb drei Tage lang.", 6, "Am 6. Mai kam Dr. Stahl."),
    ],
)  # fmt: skip
def test_an_abbreviation_ends_no_sentence(text: str, limit: int, kept: str) -> None:
    assert extract([text], limit=limit) == [kept]


def test_a_script_without_blanks_is_cut_too() -> None:
    sentence = "水車橋は来月から通行止めになる。"
    assert extract([sentence * 20], limit=20) == [sentence * 2]


@given(st.lists(st.text(alphabet="ab .!?\n“”。水", max_size=80), max_size=8), st.integers(1, 60))
def test_no_extract_has_more_words_than_its_limit_or_text_of_its_own(
    texts: list[str], limit: int
) -> None:
    kept = extract(texts, limit=limit)
    assert sum(map(word_count, kept)) <= limit
    assert all(text.startswith(part) for part, text in zip(kept, texts, strict=False))
