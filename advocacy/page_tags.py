"""What of the registry stands on readers' pages, and what is touched when it changes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.apps import apps
from django_tasks.signals import task_finished
from wagtail.models import Page
from wagtail.tasks import update_reference_index_task

from advocacy.mentions import MENTIONS
from advocacy.models import (
    AdvocacySettings,
    Channel,
    Letter,
    LetterTarget,
    Petition,
    PetitionTarget,
    Representative,
)
from cms.core.page_cache import rows, tags

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django_tasks import TaskResult

PETITIONS = "petitions"
REPRESENTATIVES = "representatives"
LETTERS = "letters"
DISTRICTS = "districts"
# Whatever tells of all that has a page here.
LISTS = (PETITIONS, REPRESENTATIVES, LETTERS)


def listen() -> None:
    """Watch them."""
    rows.watch(Petition, "petition", lists=[PETITIONS], counted=True)
    rows.watch(Representative, "representative", lists=[REPRESENTATIVES])
    rows.watch(Letter, "letter", lists=[LETTERS])
    rows.watch_parts(PetitionTarget, lambda row: [f"petition:{row.petition_id}", PETITIONS])
    rows.watch_parts(LetterTarget, lambda row: [f"letter:{row.letter_id}", LETTERS])
    rows.watch_parts(
        Channel, lambda row: [f"representative:{row.representative_id}", REPRESENTATIVES]
    )
    rows.watch_parts(AdvocacySettings, _every_page)
    task_finished.connect(_looked_through, dispatch_uid="page cache: mentions")


def counted(petition: int) -> None:
    """The number of a petition's signatures has changed."""
    rows.touch_count("petition", petition)


def written_in_bulk(representatives: Iterable[int]) -> None:
    """Representatives, or their channels, were written without being saved one by one."""
    tags.touch(*(f"representative:{pk}" for pk in representatives), REPRESENTATIVES)


def map_replaced() -> None:
    """ZIP codes lead to other districts."""
    tags.touch(DISTRICTS)


def _looked_through(task_result: TaskResult, **_: object) -> None:
    """A worker has noted what a page names, which was published a moment before."""
    if task_result.task.module_path == update_reference_index_task.module_path:
        app, model, *_rest = task_result.args
        if issubclass(apps.get_model(app, model), Page):
            tags.touch(MENTIONS)


def _every_page(row: Any) -> list[str]:
    return [tags.SITE]
