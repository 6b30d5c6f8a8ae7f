"""What a call to a language model used, and what that costs."""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import Decimal

CHARACTERS_PER_TOKEN = 4
TOKENS_PER_PRICE = 1_000_000


@dataclass(frozen=True)
class Usage:
    """Tokens of a call, as its server counted them, or `estimated` here where it said nothing."""

    input_tokens: int = 0
    output_tokens: int = 0
    estimated: bool = False


def estimate_tokens(text: str) -> int:
    """Say how many tokens a text may take: about one for each four characters of English."""
    return math.ceil(len(text) / CHARACTERS_PER_TOKEN)


def cost(
    *, input_tokens: int, output_tokens: int, input_price: Decimal, output_price: Decimal
) -> Decimal:
    """US dollars, unrounded, at prices in US dollars for a million tokens."""
    return (input_tokens * input_price + output_tokens * output_price) / TOKENS_PER_PRICE
