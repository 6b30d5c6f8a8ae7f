"""Proofs of work that have been used."""

from __future__ import annotations

from django.db import models


class SpentProof(models.Model):
    """A proof that has let somebody in once; kept until it would no longer be taken anyway."""

    nonce = models.CharField(max_length=32, primary_key=True)
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name = "spent proof of work"
        verbose_name_plural = "spent proofs of work"

    def __str__(self) -> str:
        return self.nonce
