"""Which language a text is in, judged by its smallest words."""

from __future__ import annotations

import re
import unicodedata

# Words that no text of some length does without, and few other languages share.
_SMALL_WORDS = {
    "en": "the of and to in is that for it with as was on are be this by at from have has not which "
    "but or an their they we you will would what who our your can if do about",
    "de": "der die das und ist nicht von mit den dem ein eine zu auf f\u00fcr des sich auch es im als "
    "wird sind aus nach bei einer um durch wir ihre werden oder wenn kann dass",
    "fr": "le la les des et est une du dans que qui pour sur pas au avec ce sont par il plus ne se "
    "nous vous leur cette ces aux mais ou elle ont son sa ses \u00eatre",
    "es": "el la los las de que y en un una es por con para no se del al su lo como m\u00e1s pero sus "
    "son este esta ha est\u00e1 ser o nos entre cuando muy sobre",
    "it": "il la di che e \u00e8 per un una in non del della le i con sono si da al dei gli nel alla "
    "anche come pi\u00f9 questo ma ha o su delle essere",
    "pt": "o a os as de que e do da em um uma para com n\u00e3o por no na se dos das mais ao como mas "
    "foi \u00e9 s\u00e3o pelo pela ou sua seu tem ser",
    "nl": "de het een en van in is dat op te zijn met voor niet aan er om ook als dan maar bij door "
    "naar uit over wordt worden nog hun wij ze wat deze",
    "pl": "i w na nie z si\u0119 do \u017ce jest to o jak ale po co za od przez dla jego tak przy tym "
    "s\u0105 by\u0107 mo\u017ce oraz kt\u00f3re kt\u00f3ry ich",
    "sv": "och i att det som en p\u00e5 \u00e4r av f\u00f6r med till den har de inte om ett men var sig "
    "s\u00e5 fr\u00e5n vi kan n\u00e4r ska eller vid",
    "tr": "ve bir bu i\u00e7in ile de da \u00e7ok olarak daha olan gibi kadar sonra ancak ne ya var "
    "en her veya ama",
    "ru": "\u0438 \u0432 \u043d\u0435 \u043d\u0430 \u0447\u0442\u043e \u0441 \u043f\u043e "
    "\u044d\u0442\u043e \u043a\u0430\u043a \u0438\u0437 \u0437\u0430 \u043e\u0442 \u0434\u043b\u044f "
    "\u0434\u043e \u0442\u0430\u043a \u043d\u043e \u0438\u0445 \u043e\u043d \u043f\u0440\u0438",
    "uk": "\u0456 \u0432 \u043d\u0435 \u043d\u0430 \u0449\u043e \u0437 \u0442\u0430 \u0443 "
    "\u0434\u043e \u044f\u043a \u0446\u0435 \u0437\u0430 \u0432\u0456\u0434 \u0434\u043b\u044f "
    "\u0430\u043b\u0435 \u043f\u0440\u043e \u0457\u0445 \u0454 \u0442\u0430\u043a\u043e\u0436",
}
_WORDS = {language: frozenset(text.split()) for language, text in _SMALL_WORDS.items()}
_SCRIPTS = {"ru": "CYRILLIC", "uk": "CYRILLIC"}
_WORD = re.compile(r"[^\W\d_]+")

# Shorter texts are names and headings, and are let be.
_ENOUGH_WORDS = 12
# This many words without a small one among them are in no language listed here.
_MANY_WORDS = 40
# English prose has 35 to 50 small words in a hundred of those listed; 8 is far from any prose.
_ENOUGH_SMALL_WORDS = 0.08


def wrong_language(text: str, expected: str = "en") -> bool:
    """Say whether a text is clearly not in the expected language (a code such as "en" or "en-us").

    A language not listed here is judged by its script and by whether another one fits better.
    """
    code = expected.lower().replace("_", "-").split("-")[0]
    words = _WORD.findall(text.lower())
    if _in_other_script(text, _SCRIPTS.get(code, "LATIN")) and code in _WORDS:
        return True
    if len(words) < _ENOUGH_WORDS:
        return False
    shares = {
        language: sum(word in small for word in words) / len(words)
        for language, small in _WORDS.items()
    }
    own = shares.pop(code, _ENOUGH_SMALL_WORDS)
    best = max(shares.values())
    if best >= _ENOUGH_SMALL_WORDS:
        return own < best
    return len(words) >= _MANY_WORDS and own < _ENOUGH_SMALL_WORDS / 2


def _in_other_script(text: str, script: str) -> bool:
    """Say whether most letters belong to another script; thirty letters decide, not a name."""
    letters = [character for character in text[:4000] if character.isalpha()]
    own = sum(unicodedata.name(character, "").startswith(script) for character in letters)
    return len(letters) >= 12 and own < len(letters) / 2
