"""Wrong contacts: readers report them, campaigners decide."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from wagtail.log_actions import log

from advocacy import staleness
from advocacy.models import ChannelReport, Reason, ReportStatus

if TYPE_CHECKING:
    from advocacy.models import Channel, Representative
    from cms.core.models import User

# From so many on, what names the representative is looked at before anybody has decided.
REPEATED = 2
REMARKS_LIMIT = 2000


def report(
    *, representative: Representative, channel: Channel | None, problem: str, remark: str = ""
) -> ChannelReport:
    """Note that something is wrong; the same once more is counted on the row that is open.

    Args:
        representative: Whose page it stands on.
        channel: What is wrong; None for the entry as a whole.
        problem: One of ``Problem``.
        remark: In the reader's words.
    """
    with transaction.atomic():
        row, is_new = ChannelReport.objects.select_for_update().get_or_create(
            representative=representative,
            kind=channel.kind if channel else "",
            value=channel.value if channel else "",
            problem=problem,
            status=ReportStatus.OPEN,
            defaults={"remarks": remark, "last_reported_at": timezone.now()},
        )
        if not is_new:
            row.times += 1
            row.last_reported_at = timezone.now()
            row.remarks = _with_remark(row.remarks, remark)
            row.save(update_fields=["times", "last_reported_at", "remarks"])
            if row.times == REPEATED:
                _have_looked_at(row)
    return row


def decide(*, report: ChannelReport, accept: bool, user: User) -> bool:
    """Accept or dismiss; False where somebody else was quicker.

    What is accepted has everything looked at again that names the representative. The channel
    itself stays for a person to put right.
    """
    status = ReportStatus.ACCEPTED if accept else ReportStatus.DISMISSED
    with transaction.atomic():
        decided = (
            ChannelReport.objects.open()
            .filter(pk=report.pk)
            .update(status=status, decided_at=timezone.now(), decided_by=user)
        )
        if not decided:
            return False
        report.refresh_from_db()
        log(
            instance=report.representative,
            action=f"advocacy.report.{'accept' if accept else 'dismiss'}",
            user=user,
            data={"channel": report.what, "problem": report.get_problem_display()},
        )
        if accept:
            _have_looked_at(report)
    return True


def _have_looked_at(row: ChannelReport) -> None:
    staleness.queue(
        entry=row.representative,
        reason=Reason.CHANNEL_REPORTED,
        detail=f"{row.get_problem_display()}: {row.what}",
    )


def _with_remark(remarks: str, remark: str) -> str:
    """Remarks below each other, each once, as long as they fit."""
    if not remark or remark in remarks:
        return remarks
    both = f"{remarks}\n\n{remark}".strip()
    return both if len(both) <= REMARKS_LIMIT else remarks
