"""How much mail strangers may cause to one address."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import models

MAILS_A_DAY = 3
WINDOW = timedelta(days=1)


class MailAllowance(models.Model):
    """Counts the mails that others' forms have sent to the address of a row, for a day."""

    mails_since = models.DateTimeField(null=True, blank=True, editable=False)
    mails_sent = models.PositiveSmallIntegerField(default=0, editable=False)

    class Meta:
        abstract = True

    def take_mail(self, now: datetime) -> bool:
        """Take one mail from today's allowance; False when nothing is left. Does not save."""
        if self.mails_since is None or self.mails_since <= now - WINDOW:
            self.mails_since, self.mails_sent = now, 0
        if self.mails_sent >= MAILS_A_DAY:
            return False
        self.mails_sent += 1
        return True
