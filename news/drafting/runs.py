"""Draft runs: asking for one, doing it, cancelling it, taking up what a lost worker left."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from advocacy.models import Channel
from cms.core import jobs
from cms.llm.client import Endpoint, complete
from cms.llm.errors import FailureReason, LanguageModelError
from cms.llm.schema import in_words
from cms.llm.usage import Usage, cost
from news import provenance
from news.drafting import budget, stream
from news.drafting.guard import AllowedContacts, check_reply
from news.drafting.material import (
    FEWEST_WORDS,
    already_written,
    article_material,
    registry_entries,
    source_hash,
)
from news.drafting.prompting import build_messages, load_prompt, source_texts
from news.models.commentary import DraftedBlock, DraftRun
from news.models.settings import NewsroomSettings

if TYPE_CHECKING:
    import uuid

    from django.db.models import QuerySet
    from wagtail.models import Site

    from cms.core.models import User
    from cms.llm.client import Reply
    from news.models import ArticlePage

logger = logging.getLogger(__name__)

PERMISSION = "news.draft_commentary"
# The longest reply that is asked for; the guard cuts to the newsroom's limits afterwards.
MOST_TOKENS = 6000
# A run that has not ended this long after its deadline is lost, whatever became of its job. Where
# there are workers, cms.core.jobs notices sooner.
LOST_AFTER = timedelta(seconds=30)
# A queued run that nobody took up for this long is queued again: its job may be lost.
FORGOTTEN_AFTER = timedelta(seconds=90)
# After this long there is no worker, and the editor should not wait for one.
NEVER_TAKEN_AFTER = timedelta(minutes=15)
ATTEMPTS_AT_MOST = 2
INTERRUPTED = {
    "reason": "lost",
    "message": "The draft was interrupted twice. Your text is as it was; please try again.",
}


class DraftRefused(Exception):
    """No draft can be asked for now; the message tells the editor why and what to do."""


@dataclass(frozen=True)
class Question:
    """A call for one section, ready to be made."""

    section: str
    request: dict[str, Any]
    source_hash: str
    prompt_version: str
    prompt_hash: str
    estimate: Decimal


def prepare(*, page: ArticlePage, section: str, newsroom: NewsroomSettings) -> Question:
    """The call that would be made for a section of an article as it stands in the editor."""
    material = article_material(page)
    if len(material.text.split()) < FEWEST_WORDS:
        raise DraftRefused(
            "There is not enough of the story to draft from. Put at least a paragraph or two of"
            " it into the body, in the Story tab, then try again."
        )
    registry = registry_entries(page)
    written = already_written(page, besides=section)
    max_words = newsroom.words(section)
    system, user = build_messages(
        section=section,
        material=material,
        registry=registry,
        max_words=max_words,
        already_written=written,
    )
    prompt = load_prompt(section)
    return Question(
        section=section,
        request={
            "system": system,
            "user": user,
            "registry_ids": [entry.id for entry in registry],
            "sources": source_texts(material, registry),
            "max_words": max_words,
            "already_written": written,
        },
        source_hash=source_hash(material),
        prompt_version=prompt.version,
        prompt_hash=prompt.sha256,
        estimate=budget.estimate(
            newsroom,
            section=section,
            prompt=f"{system}\n{user}\n{in_words(stream.SCHEMAS[section])}",
        ),
    )


def start(
    *,
    page: ArticlePage,
    site: Site,
    section: str,
    key: uuid.UUID,
    requested_by: User,
) -> DraftRun:
    """Ask for a draft of one section; the same key asked twice is one run.

    The page is the article as it stands in the editor, saved or not. Raises DraftRefused.
    """
    from news.drafting.tasks import run_draft  # noqa: PLC0415 - the task calls this module

    if existing := _of_key(key, requested_by):
        return existing
    newsroom = NewsroomSettings.for_site(site)
    require_switched_on(newsroom)
    if not requested_by.has_perm(PERMISSION):
        raise DraftRefused("You may not have commentary drafted. Ask an administrator.")
    question = prepare(page=page, section=section, newsroom=newsroom)
    try:
        run = _reserve(
            DraftRun(
                key=key,
                section=section,
                requested_by=requested_by,
                site=site,
                page_id=page.pk,
                page_title=page.title[:255],
                source_hash=question.source_hash,
                prompt_version=question.prompt_version,
                prompt_hash=question.prompt_hash,
                request=question.request,
                model=newsroom.model_name,
                cost=question.estimate,
            ),
            newsroom=newsroom,
        )
    except IntegrityError:
        # The same request has come twice at once, and the other was quicker.
        if existing := _of_key(key, requested_by):
            return existing
        raise
    run_draft.enqueue(run.pk)
    run.refresh_from_db()
    return run


def require_switched_on(newsroom: NewsroomSettings) -> None:
    """Raise DraftRefused where the newsroom does without a language model."""
    if not newsroom.drafting_enabled:
        raise DraftRefused("Drafting is switched off. An administrator can switch it on.")


def _of_key(key: uuid.UUID, requested_by: User) -> DraftRun | None:
    """The run that a key names, if it is one's own; keys are not guessed, but might be copied."""
    run = DraftRun.objects.filter(key=key).first()
    if run is not None and run.requested_by_id != requested_by.pk:
        raise DraftRefused("This request belongs to somebody else. Reload the page and try again.")
    return run


@transaction.atomic
def _reserve(run: DraftRun, *, newsroom: NewsroomSettings) -> DraftRun:
    """Write down a run whose estimate fits into what is left of the budget."""
    # The settings row is the lock: two runs cannot both take the last of the budget.
    locked = NewsroomSettings.objects.select_for_update().get(pk=newsroom.pk)
    money = budget.status(locked)
    if not money.allows(run.cost):
        raise DraftRefused(
            f"This draft may cost {run.cost:.4f} USD, and of this month's {money.budget:.2f} USD"
            f" {money.spent:.4f} are used. An administrator can raise the budget, or wait for the"
            " first of the month."
        )
    run.save()
    return run


def execute(run_id: int) -> None:
    """Make the call of a queued run and record what came of it. Does nothing to any other run."""
    claimed = DraftRun.objects.filter(pk=run_id, status=DraftRun.Status.QUEUED).update(
        status=DraftRun.Status.RUNNING, started_at=timezone.now()
    )
    if not claimed:
        return
    run = DraftRun.objects.select_related("site").get(pk=run_id)
    usage = Usage()
    try:
        reply = _ask(run)
        usage = Usage(reply.input_tokens, reply.output_tokens, reply.usage_estimated)
        _keep(run, reply)
    except LanguageModelError as failure:
        if failure.reason is not FailureReason.CANCELLED:
            logger.warning("Draft run %s failed: %s", run.pk, failure)
        _fail(run, reason=failure.reason.value, message=failure.message, usage=failure.usage)
    except Exception:
        # Whatever it is, the editor must not wait for ever; the log has the rest.
        logger.exception("Draft run %s failed unexpectedly", run.pk)
        _fail(
            run,
            reason="unexpected",
            message="The draft could not be made because of a fault on our side. It has been"
            " written to the log. Your text is as it was; please try again.",
            usage=usage,
        )


def free(run_id: int) -> None:
    """Let a run be begun anew that a lost worker left running, or give it up at the second time."""
    # One that began just now is in other hands: it was queued again, and another job took it.
    left = DraftRun.objects.filter(
        pk=run_id,
        status=DraftRun.Status.RUNNING,
        started_at__lt=timezone.now() - jobs.lease() / 2,
    )
    _give_up(left.filter(attempts__gte=ATTEMPTS_AT_MOST), **INTERRUPTED)
    _queue_again(left, attempts=F("attempts") + 1)


def _ask(run: DraftRun) -> Reply[Any]:
    return complete(
        endpoint=Endpoint(
            base_url=settings.OPENAI_BASE_URL, api_key=settings.OPENAI_API_KEY, model=run.model
        ),
        system=run.request["system"],
        user=run.request["user"],
        schema=stream.SCHEMAS[run.section],
        deadline=settings.DRAFTING_DEADLINE,
        max_tokens=MOST_TOKENS,
        cancelled=lambda: not _still_wanted(run),
    )


def _keep(run: DraftRun, reply: Reply[Any]) -> None:
    """Hold a reply to the newsroom's rules, and record what is left of it."""
    request = run.request
    channels = Channel.objects.usable().values_list("value", flat=True)
    checked = check_reply(
        reply.value,
        registry_ids=set(request["registry_ids"]),
        allowed=AllowedContacts.from_texts(list(channels), request["sources"]),
        sources=request["sources"],
        max_words=request["max_words"],
        already_written=request["already_written"],
    )
    blocks = stream.blocks_of(checked.draft)
    outcome = {
        "status": DraftRun.Status.READY,
        "finished_at": timezone.now(),
        "model": reply.model[:120],
        "input_tokens": reply.input_tokens,
        "output_tokens": reply.output_tokens,
        "usage_estimated": reply.usage_estimated,
        "latency_ms": round(reply.latency * 1000),
        "cost": _cost(run, reply.input_tokens, reply.output_tokens),
        "findings": [finding.as_json() for finding in checked.findings],
        "blocks": blocks,
        "request": {},
    }
    if not blocks:
        why = " ".join(dict.fromkeys(finding.message for finding in checked.findings[:3]))
        outcome |= {
            "status": DraftRun.Status.FAILED,
            "failure_reason": "nothing_left",
            "failure_message": f"Nothing of the model's reply could be used. {why} Your text is as"
            " it was; you can ask for the draft again.",
        }
    with transaction.atomic():
        # A run that was cancelled meanwhile stays cancelled, but what it cost is counted.
        if _finish(run, **outcome) and blocks:
            value = stream.section_value(run.section, blocks)
            DraftedBlock.objects.bulk_create(
                DraftedBlock(
                    run=run,
                    block_id=block["id"],
                    digest=provenance.words_digest(block),
                    text=provenance.words(block),
                )
                for block in provenance.raw_blocks(value)
            )


def _still_wanted(run: DraftRun) -> bool:
    return DraftRun.objects.filter(pk=run.pk, status=DraftRun.Status.RUNNING).exists()


def _cost(run: DraftRun, input_tokens: int, output_tokens: int) -> Decimal:
    if run.site is None:
        # Its prices went with it. The estimate is the best that is known.
        return run.cost
    newsroom = NewsroomSettings.for_site(run.site)
    return cost(
        input_tokens=input_tokens,
        output_tokens=output_tokens,
        input_price=newsroom.input_price,
        output_price=newsroom.output_price,
    )


def _fail(run: DraftRun, *, reason: str, message: str, usage: Usage) -> None:
    started = run.started_at or timezone.now()
    _finish(
        run,
        status=DraftRun.Status.FAILED,
        finished_at=timezone.now(),
        latency_ms=round((timezone.now() - started).total_seconds() * 1000),
        failure_reason=reason[:40],
        failure_message=message,
        request={},
        input_tokens=usage.input_tokens,
        output_tokens=usage.output_tokens,
        usage_estimated=usage.estimated,
        cost=_cost(run, usage.input_tokens, usage.output_tokens) if usage.input_tokens else 0,
    )


def _finish(run: DraftRun, **outcome: Any) -> bool:
    """Write the outcome of a running run; of a cancelled one, only what it cost."""
    running = DraftRun.objects.filter(pk=run.pk, status=DraftRun.Status.RUNNING)
    if running.update(**outcome):
        return True
    kept = ("model", "input_tokens", "output_tokens", "usage_estimated", "cost", "latency_ms")
    spent = {name: outcome[name] for name in kept if name in outcome}
    DraftRun.objects.filter(pk=run.pk, status=DraftRun.Status.CANCELLED).update(**spent)
    return False


def cancel(*, run: DraftRun, cancelled_by: User) -> bool:
    """Give up a run that has not finished; False where it had, or is somebody else's."""
    if run.requested_by_id != cancelled_by.pk:
        return False
    changed = (
        DraftRun.objects.filter(pk=run.pk)
        .unfinished()
        .update(
            status=DraftRun.Status.CANCELLED,
            finished_at=timezone.now(),
            failure_reason="cancelled",
            failure_message="Cancelled by the editor.",
            request={},
            cost=Decimal(0),
        )
    )
    return bool(changed)


def take_up_lost() -> str:
    """Queue again what a killed worker left, or give it up at the second time; for the sweep."""
    from news.drafting.tasks import run_draft  # noqa: PLC0415 - the task calls this module

    now = timezone.now()
    deadline = timedelta(seconds=settings.DRAFTING_DEADLINE)
    running = DraftRun.objects.filter(status=DraftRun.Status.RUNNING)
    lost = running.filter(started_at__lt=now - deadline - LOST_AFTER)
    queued = DraftRun.objects.filter(status=DraftRun.Status.QUEUED)
    forgotten = queued.filter(queued_at__lt=now - FORGOTTEN_AFTER)
    given_up = _give_up(lost.filter(attempts__gte=ATTEMPTS_AT_MOST), **INTERRUPTED) + _give_up(
        forgotten.filter(requested_at__lt=now - NEVER_TAKEN_AFTER),
        reason="never_taken",
        message="Nothing on this site took the draft up. Your text is as it was. Please tell"
        " whoever looks after this site that its worker may not be running.",
        cost=Decimal(0),
    )
    again = _queue_again(lost, attempts=F("attempts") + 1) + _queue_again(forgotten)
    for run_id in again:
        run_draft.enqueue(run_id)
    return f"drafts: {len(again)} queued again, {given_up} given up"


def _give_up(runs: QuerySet[DraftRun], *, reason: str, message: str, **outcome: Any) -> int:
    return runs.update(
        status=DraftRun.Status.FAILED,
        finished_at=timezone.now(),
        failure_reason=reason,
        failure_message=message,
        request={},
        **outcome,
    )


def _queue_again(runs: QuerySet[DraftRun], **changes: Any) -> list[int]:
    """Put runs back into the queue, each once even where two sweeps run at the same time."""
    return [
        run.pk
        for run in runs
        if DraftRun.objects.filter(
            pk=run.pk, status=run.status, attempts=run.attempts, queued_at=run.queued_at
        ).update(
            status=DraftRun.Status.QUEUED, started_at=None, queued_at=timezone.now(), **changes
        )
    ]
