"""What those who signed are told, and the mails in which they were told it."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from advocacy.models.petitions import Petition
from advocacy.models.signatures import Signature


class NoticeStatus(models.TextChoices):
    """How far a notice has come."""

    DRAFT = "draft", "Draft"
    SENDING = "sending", "Being sent"
    SENT = "sent", "Sent"


class Notice(models.Model):
    """One mail to everybody who signed a petition and asked to be told how it ends."""

    Status = NoticeStatus
    wagtail_reference_index_ignore = True

    petition = models.ForeignKey(Petition, on_delete=models.PROTECT, related_name="notices")
    subject = models.CharField(max_length=160)
    text = models.TextField(max_length=10_000)
    status = models.CharField(max_length=10, choices=NoticeStatus, default=NoticeStatus.DRAFT)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    begun_at = models.DateTimeField(null=True, blank=True)
    begun_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    finished_at = models.DateTimeField(
        null=True, blank=True, help_text="When the last mail was written into the outbox."
    )
    receivers = models.PositiveIntegerField(
        default=0, help_text="To how many it was to go when it was begun."
    )
    last_signature = models.BigIntegerField(
        default=0, help_text="Everybody up to this row has their mail in the outbox."
    )
    written = models.PositiveIntegerField(default=0)
    # Known for good once the outbox has forgotten the mails.
    sent = models.PositiveIntegerField(default=0)
    failed = models.PositiveIntegerField(default=0)
    settled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = "notice to signers"
        verbose_name_plural = "notices to signers"
        ordering = ["-pk"]
        permissions = [("send_notice", "Can write to those who signed")]

    def __str__(self) -> str:
        return self.subject

    @property
    def percent(self) -> int:
        """How much of it is in the outbox, from 0 to 100."""
        if self.status == NoticeStatus.SENT:
            return 100
        return min(99, self.written * 100 // max(1, self.receivers))


class NoticeMail(models.Model):
    """That one signer has been written to, whatever happens to the sender meanwhile."""

    wagtail_reference_index_ignore = True

    notice = models.ForeignKey(Notice, on_delete=models.CASCADE, related_name="mails")
    signature = models.ForeignKey(Signature, on_delete=models.CASCADE, related_name="+")
    email = models.ForeignKey(
        "post_office.Email", null=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["notice", "signature"], name="notice_once_to_each")
        ]

    def __str__(self) -> str:
        return f"{self.notice_id} to {self.signature_id}"
