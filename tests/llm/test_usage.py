"""Tokens and money."""

from __future__ import annotations

from decimal import Decimal

import pytest

from cms.llm.usage import cost, estimate_tokens


@pytest.mark.parametrize(("text", "tokens"), [("", 0), ("a", 1), ("four", 1), ("a" * 4001, 1001)])
def test_four_characters_are_about_a_token(text: str, tokens: int) -> None:
    assert estimate_tokens(text) == tokens


def test_a_price_is_for_a_million_tokens() -> None:
    assert cost(
        input_tokens=2_500,
        output_tokens=1_000,
        input_price=Decimal("0.40"),
        output_price=Decimal("1.60"),
    ) == Decimal("0.0026")


def test_nothing_costs_nothing() -> None:
    price = Decimal(10)
    assert cost(input_tokens=0, output_tokens=0, input_price=price, output_price=price) == 0
