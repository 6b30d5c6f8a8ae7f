"""Reviews of commentary: asking, approving, sending back.

A review is bound to the content that the reviewer saw. With four eyes on, the reviewer is neither
one who asked for a draft that the section holds nor the last to have edited it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from wagtail.log_actions import log

from news import provenance
from news.models.commentary import Review, Section
from news.models.settings import NewsroomSettings

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from wagtail.blocks import StreamValue

    from cms.core.models import User
    from news.models import ArticlePage

PERMISSION = "news.approve_commentary"
LONGEST_NOTE = 4000
DECIDED = {Review.Decision.APPROVED, Review.Decision.CHANGES}


class ReviewRefused(Exception):
    """Somebody may not review what they asked to review; the message says why."""


@dataclass(frozen=True)
class SectionState:
    """How one section of an article stands: what it holds, and whether it may go live."""

    section: Section
    value: StreamValue | None
    digest: str
    origins: dict[str, provenance.BlockOrigin]
    approval: Review | None
    asked: Review | None
    last: Review | None

    @property
    def is_empty(self) -> bool:
        """Nothing is written."""
        return not self.digest

    @property
    def holds_model_text(self) -> bool:
        """A model drafted at least one of its blocks."""
        return provenance.holds_model_text(self.origins.values())

    @property
    def needs_approval(self) -> bool:
        """It cannot go live as it stands."""
        return self.holds_model_text and self.approval is None

    @property
    def label(self) -> str:
        """In the newsroom's words."""
        if self.is_empty:
            return "Empty"
        if self.approval:
            who = self.approval.decided_by.public_name if self.approval.decided_by else "a reviewer"
            return f"Approved by {who}"
        if self.asked:
            return "Review asked for"
        if self.last and self.last.decision == Review.Decision.CHANGES:
            return "Changes wanted"
        if self.last and self.last.decision == Review.Decision.APPROVED and self.holds_model_text:
            return "Changed since it was approved"
        return "Needs review" if self.holds_model_text else "Written by people"


def state_of(page: ArticlePage, section: str) -> SectionState:
    """How one section of a page, or of a version of it, stands."""
    return _states(page, [Section(section)])[0]


def states_of(page: ArticlePage) -> list[SectionState]:
    """How the three sections of a page stand. Four queries at most."""
    return _states(page, list(Section))


def _states(page: ArticlePage, sections: list[Section]) -> list[SectionState]:
    values: dict[str, StreamValue | None] = {
        section.value: getattr(page, section.value) for section in sections
    }
    digests = {name: provenance.content_hash(value) for name, value in values.items()}
    written = [name for name, digest in digests.items() if digest]
    of_page = (
        list(
            Review.objects.filter(page_id=page.pk, section__in=written)
            .select_related("asked_by", "decided_by", "reviewer")
            # What was seen is long, and is shown of one review at a time.
            .defer("content")
            .order_by("-asked_at", "-pk")
        )
        if page.pk and written
        else []
    )
    origins = provenance.origins_of(page.pk, values)
    return [
        _state(
            section,
            values[section.value],
            digests[section.value],
            origins[section.value],
            [review for review in of_page if review.section == section.value],
        )
        for section in sections
    ]


def _state(
    section: Section,
    value: StreamValue | None,
    digest: str,
    origins: dict[str, provenance.BlockOrigin],
    of_section: list[Review],
) -> SectionState:
    """How a section stands, by its reviews, the latest first."""
    bound = [review for review in of_section if review.content_hash == digest]
    decided = max(
        (review for review in bound if review.decision in DECIDED),
        key=lambda review: (review.decided_at or review.asked_at, review.pk),
        default=None,
    )
    return SectionState(
        section=section,
        value=value,
        digest=digest,
        origins=origins,
        approval=decided if decided and decided.decision == Review.Decision.APPROVED else None,
        asked=next((r for r in bound if r.decision == Review.Decision.ASKED), None),
        last=next((r for r in of_section if r.decision != Review.Decision.WITHDRAWN), None),
    )


def is_approved(*, page_id: int | None, section: str, digest: str) -> bool:
    """Whether exactly this content of a page's section was approved, and not sent back since."""
    last = (
        Review.objects.filter(
            page_id=page_id, section=section, content_hash=digest, decision__in=DECIDED
        )
        .order_by("-decided_at", "-pk")
        .values_list("decision", flat=True)
        .first()
    )
    return last == Review.Decision.APPROVED


def reviewers() -> QuerySet[User]:
    """Everybody who may approve commentary."""
    users = get_user_model().objects.filter(is_active=True)
    app, codename = PERMISSION.split(".")
    permission = Permission.objects.filter(content_type__app_label=app, codename=codename)
    return users.filter(
        Q(is_superuser=True)
        | Q(groups__permissions__in=permission)
        | Q(user_permissions__in=permission)
    ).distinct()


def why_not(*, page: ArticlePage, state: SectionState, reviewer: User) -> str:
    """Why somebody may not approve a section as it stands; blank where they may."""
    if not reviewer.is_active or not reviewer.has_perm(PERMISSION):
        return "You may not approve commentary. Ask a reviewer."
    if not NewsroomSettings.for_site(page.get_site()).four_eyes:
        return ""
    if any(
        origin.run is not None and origin.run.requested_by_id == reviewer.pk
        for origin in state.origins.values()
    ):
        return "You asked for this draft, so somebody else has to approve it (four eyes)."
    if provenance.last_editor_id(page_id=page.pk, section=state.section) == reviewer.pk:
        return "You edited this section last, so somebody else has to approve it (four eyes)."
    return ""


@transaction.atomic
def ask(*, page: ArticlePage, section: str, asked_by: User, reviewer: User | None = None) -> Review:
    """Ask for a review of a section as the given version of the page holds it.

    An open request for the same content is answered with itself; one for older content is
    withdrawn. Raises ReviewRefused where there is nothing to review, or nobody to do it.
    """
    if not page.permissions_for_user(asked_by).can_edit():
        raise ReviewRefused("You may not edit this article, so you cannot ask for its review.")
    _lock(page)
    state = state_of(page, section)
    if state.is_empty:
        raise ReviewRefused(f"{state.section.label} is empty. Write or draft it first.")
    if state.approval:
        raise ReviewRefused(f"{state.section.label} is approved as it stands.")
    if reviewer is not None and why_not(page=page, state=state, reviewer=reviewer):
        raise ReviewRefused(
            f"{reviewer.public_name} may not approve {state.section.label} as it stands. Choose"
            " somebody who neither asked for the draft nor edited it last."
        )
    if state.asked:
        if reviewer and state.asked.reviewer_id != reviewer.pk:
            state.asked.reviewer = reviewer
            state.asked.save(update_fields=["reviewer"])
        return state.asked
    _withdraw(page=page, section=section)
    review = Review.objects.create(
        page_id=page.pk,
        section=section,
        content_hash=state.digest,
        content=provenance.raw_blocks(state.value),
        holds_model_text=state.holds_model_text,
        asked_by=asked_by,
        reviewer=reviewer,
    )
    log(
        instance=page,
        action="news.review.ask",
        user=asked_by,
        data={"section": state.section.label, "reviewer": str(reviewer or "")},
    )
    return review


@transaction.atomic
def decide(
    *,
    page: ArticlePage,
    section: str,
    seen: str,
    approve: bool,
    reviewer: User,
    note: str = "",
) -> Review:
    """Approve a section or send it back; ``seen`` is the hash of the content that was shown.

    Approving once more what is approved already is answered with the approval. Raises
    ReviewRefused where the reviewer may not, or where the section has changed meanwhile.
    """
    _lock(page)
    state = state_of(page, section)
    if state.is_empty:
        raise ReviewRefused(f"{state.section.label} is empty: there is nothing to approve.")
    if state.digest != seen:
        raise ReviewRefused(
            f"{state.section.label} was changed while you read it. Read it again, then decide."
        )
    if reason := why_not(page=page, state=state, reviewer=reviewer):
        raise ReviewRefused(reason)
    # PostgreSQL keeps no null character.
    note = note.replace("\x00", "").strip()[:LONGEST_NOTE]
    if not approve and not note:
        raise ReviewRefused("Say what should change, so that the editor can do it.")
    if approve and state.approval:
        return state.approval
    # Without a request the record says that nobody asked.
    review = state.asked or Review(page_id=page.pk, section=section, content_hash=state.digest)
    review.content = provenance.raw_blocks(state.value)
    review.holds_model_text = state.holds_model_text
    review.decision = Review.Decision.APPROVED if approve else Review.Decision.CHANGES
    review.decided_by = reviewer
    review.decided_at = timezone.now()
    review.note = note
    review.save()
    log(
        instance=page,
        action="news.review.approve" if approve else "news.review.send_back",
        user=reviewer,
        data={"section": state.section.label, "note": review.note},
    )
    return review


def _lock(page: ArticlePage) -> None:
    """One request or decision at a time for one article, so that two people cannot cross."""
    type(page)._default_manager.select_for_update(of=("self",)).get(pk=page.pk)


def _withdraw(*, page: ArticlePage, section: str) -> None:
    """Close requests for content that is no longer there."""
    Review.objects.asked().filter(page_id=page.pk, section=section).update(
        decision=Review.Decision.WITHDRAWN, decided_at=timezone.now()
    )
