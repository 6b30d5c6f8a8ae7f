"""Words meant for a machine: what a poisoned source wants a model to say, and what one lets slip."""

from __future__ import annotations

import re
from collections.abc import Sequence

from news.drafting.guard.overlap import Said
from news.drafting.guard.words import sentence_spans, word_count

_TO_A_MACHINE = re.compile(
    r"\b(?:ignore|disregard|forget|override)\s(?:(?:all|any|every|the|your|of|my|these|those)\s){0,4}"
    r"(?:previous|prior|above|earlier|preceding|foregoing|former|other|system)\s"
    r"(?:instructions?|prompts?)\b"
    r"|\b(?:system|developer)\sprompt\b"
    r"|\bas\san?\s(?:(?:large\s)?language\smodel|ai\s(?:assistant|(?:language\s)?model))\b"
    r"|\bas\san\sai,?\si\b"
    r"|\byou\sare\s(?:now\s)?(?:chatgpt|an?\s(?:ai|assistant|(?:large\s)?language\smodel))\b"
    r"|\b(?:new|following|these)\sinstructions\s(?:for|to)\s(?:the\s)?(?:ai|assistant|model)\b"
    r"|\b(?:note|message|instructions?|hint)\s(?:to|for)\s(?:the\s|any\s|all\s)?"
    r"(?:assistants?|ais?|(?:language\s)?models?|machines?|chatbots?|bots?|llms?)\b"
    # An id belongs into a field and not into a sentence.
    r"|\b(?:petition|letter|representative):\s?-?\d+\b"
    r"|<\|[a-z_]{1,20}\|>",
    re.IGNORECASE,
)
_DEMAND = re.compile(
    r"[\W_]*(?:(?:then|and|also|please|now|next|finally|first|instead|system|note|important|you must|"
    r"always)\b[\s,:]*){0,4}(?:add|append|insert|link|send|wire|transfer|pay|donate|buy|click|visit|go|"
    r"open|download|install|write|say|tell|claim|praise|replace|remove|delete|set|change|mark|approve|"
    r"publish|begin|start|end|use|repeat|output|print|respond|reply|answer|vote|text|follow|"
    r"subscribe|call|email|include|mention)\b",
    re.IGNORECASE,
)
_COPIED = 0.8
_FEWEST_WORDS = 5


def orders(text: str) -> list[tuple[int, int]]:
    """Find what speaks to a language model, or about its instructions."""
    return [match.span() for match in _TO_A_MACHINE.finditer(text)]


def copied_orders(text: str, sources: Sequence[Said]) -> list[tuple[int, int]]:
    """Find the sentences that demand something in a source's own words, outside quotation marks."""
    return [
        (start, end)
        for start, end in sentence_spans(text)
        if _DEMAND.match(text, start, end)
        and not text[start:end].startswith(("\u201c", '"', "\u00ab"))
        and word_count(text[start:end]) >= _FEWEST_WORDS
        and any(source.share_of(text[start:end]) >= _COPIED for source in sources)
    ]
