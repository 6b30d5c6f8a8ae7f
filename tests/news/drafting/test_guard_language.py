"""Language, words, sentences and overlap."""

from __future__ import annotations

import pytest

from news.drafting.guard import REPEATS, overlap, word_count, wrong_language
from news.drafting.guard.words import sentence_spans

ENGLISH = (
    "A guarantee that nobody has written down is a hope. Until the text is public, lawmakers cannot "
    "know what they are asked to stand behind, and neither can the people who will live with it."
)
OTHERS = {
    "de": "Eine Garantie, die niemand aufgeschrieben hat, ist eine Hoffnung. Bis der Text bekannt ist, "
    "kann das Parlament nicht wissen, wof\u00fcr es einstehen soll.",
    "fr": "Une garantie que personne n'a \u00e9crite est un espoir. Tant que le texte n'est pas public, "
    "les \u00e9lus ne savent pas ce qu'on leur demande de soutenir.",
    "es": "Una garant\u00eda que nadie ha escrito es una esperanza. Hasta que el texto sea p\u00fablico, "
    "los diputados no pueden saber lo que se les pide que apoyen.",
    "ru": "\u0413\u0430\u0440\u0430\u043d\u0442\u0438\u044f \u043d\u0438\u043a\u0435\u043c \u043d\u0435 "
    "\u043d\u0430\u043f\u0438\u0441\u0430\u043d\u0430.",
    "zh": "\u6ca1\u6709\u4eba\u5199\u4e0b\u6765\u7684\u4fdd\u8bc1\u53ea\u662f\u4e00\u79cd\u5e0c\u671b\u3002",
}


@pytest.mark.parametrize("text", OTHERS.values(), ids=OTHERS.keys())
def test_another_language_is_noticed(text: str) -> None:
    assert wrong_language(text)


@pytest.mark.parametrize("language", ["de", "fr", "es"])
def test_the_expected_language_can_be_another_one(language: str) -> None:
    assert not wrong_language(OTHERS[language], language)
    assert not wrong_language(OTHERS[language], f"{language}-at")
    assert wrong_language(ENGLISH, language)


@pytest.mark.parametrize(
    "text",
    [
        ENGLISH,
        "",
        "Sign the petition.",
        "Volodymyr Zelenskyy, Ursula von der Leyen, Emmanuel Macron, Giorgia Meloni",
        "Call, write, share, read, sign, talk, give, attend, vote, march, sing, dance, rest.",
        "\u201cLa libert\u00e9\u201d is a word that means freedom, and it is on the wall of the town hall.",
    ],
)
def test_english_short_texts_and_names_are_let_be(text: str) -> None:
    assert not wrong_language(text)


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 0),
        ("The U.S.-led talks didn't end \u2013 yet.", 6),
        ("a\nb  c", 3),
        ("3.5 million", 2),
        ("水車橋は来月から通行止めになる。", 7),
        ("GDP 成長率", 2),
        ("สวัสดีชาวโลก", 3),
        ("강변 다리", 2),
        ("水", 1),
    ],
)
def test_words_are_counted_as_a_reader_would(text: str, count: int) -> None:
    assert word_count(text) == count


def test_sentences_end_where_they_end() -> None:
    text = "The U.S. envoy met Sen. J. Smith at 5 p.m. in St. Paul. \u201cNo!\u201d he said. Why? Ask\nNo. 5."
    assert [text[start:end].strip() for start, end in sentence_spans(text)] == [
        "The U.S. envoy met Sen. J. Smith at 5 p.m. in St. Paul.",
        "\u201cNo!\u201d he said.",
        "Why?",
        "Ask",
        "No. 5.",
    ]


def test_a_text_overlaps_itself_and_no_stranger() -> None:
    other = "Write to your representative and ask for a public hearing before any vote is held."
    assert overlap(ENGLISH, ENGLISH) == 1.0
    assert overlap(ENGLISH, ENGLISH.upper()) == 1.0
    assert overlap(ENGLISH, other) == 0.0
    assert overlap("", ENGLISH) == 0.0
    assert overlap("A hope", "a hope") == 1.0


def test_the_threshold_tells_a_reworded_copy_from_another_text_on_the_same_matter() -> None:
    words = ENGLISH.split()
    reworded = " ".join("thing" if at % 6 == 5 else word for at, word in enumerate(words))
    related = (
        "Lawmakers have been asked to stand behind a promise. They should see it first, because the "
        "people who pay for it have a right to know what the promise says and who has given it."
    )
    assert overlap(ENGLISH, reworded) > REPEATS
    assert overlap(ENGLISH, related) < REPEATS / 2
