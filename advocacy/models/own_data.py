"""Links to what is stored under an address."""

from __future__ import annotations

import uuid

from django.db import models

from cms.core.allowance import MailAllowance


class DataRequest(MailAllowance):
    """Somebody asked what is stored under an address. A new question ends the older link.

    The row goes when its link has ended, whether or not anything is stored under the address.
    """

    wagtail_reference_index_ignore = True

    reference = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    email = models.EmailField(max_length=254)
    email_key = models.CharField(max_length=254, unique=True)
    asked_at = models.DateTimeField()

    class Meta:
        verbose_name = "request for one's data"
        verbose_name_plural = "requests for one's data"
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"Request {self.pk}"
