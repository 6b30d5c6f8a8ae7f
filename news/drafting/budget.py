"""What drafting costs, and what is left of this month's money."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from django.conf import settings

from cms.llm.usage import cost, estimate_tokens
from news.models.commentary import DraftRun

if TYPE_CHECKING:
    from news.models.settings import NewsroomSettings

# A reply is JSON: about 2.3 tokens for each word of a To Do, keys and braces included, and models
# write more than they are asked for. Only one that thinks aloud before it writes takes more.
TOKENS_A_WORD = 3
# What a call costs where nothing is known of the text yet: prompt, registry and 800 words.
TYPICAL_INPUT_TOKENS = 2600


@dataclass(frozen=True)
class BudgetStatus:
    """This month's money, in USD."""

    spent: Decimal
    budget: Decimal
    typical: Decimal
    model: str
    is_stand_in: bool

    @property
    def left(self) -> Decimal:
        """What may still be spent; never below nothing."""
        return max(self.budget - self.spent, Decimal(0))

    @property
    def percent(self) -> int:
        """How much is used, from 0 to 100."""
        if self.budget <= 0:
            return 100
        return min(100, round(self.spent / self.budget * 100))

    def allows(self, amount: Decimal) -> bool:
        """Whether a run of this cost fits."""
        return amount <= self.left


def estimate(newsroom: NewsroomSettings, *, section: str, prompt: str | None = None) -> Decimal:
    """What one call for a section may cost, generously, in USD; ``prompt`` is all that is sent."""
    return cost(
        input_tokens=estimate_tokens(prompt) if prompt is not None else TYPICAL_INPUT_TOKENS,
        output_tokens=round(newsroom.words(section) * TOKENS_A_WORD),
        input_price=newsroom.input_price,
        output_price=newsroom.output_price,
    )


def status(newsroom: NewsroomSettings) -> BudgetStatus:
    """How this month's budget stands. One query."""
    spent = DraftRun.objects.filter(site_id=newsroom.site_id).this_month().spent()
    typical = sum(
        (estimate(newsroom, section=section) for section in ("opinion", "action", "to_do")),
        Decimal(0),
    )
    return BudgetStatus(
        spent=spent,
        budget=newsroom.monthly_budget,
        typical=typical,
        model=newsroom.model_name,
        is_stand_in=is_stand_in(),
    )


def is_stand_in() -> bool:
    """Whether drafts come from the offline stand-in and not from a language model."""
    if settings.OPENAI_API_KEY or not settings.OPENAI_BASE_URL:
        return False
    host = urlsplit(settings.OPENAI_BASE_URL).hostname or ""
    return settings.OPENAI_MODEL == "stand-in" and host in {"127.0.0.1", "::1", "localhost"}
