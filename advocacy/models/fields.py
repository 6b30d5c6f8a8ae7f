"""Fields of our own."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import F


class CounterField(models.PositiveIntegerField):
    """A number that only ``update(n=F("n") + 1)`` changes.

    Saving a row writes back what the row holds by then, not what the object was loaded with: an
    editor who publishes an hour-old draft must not undo an hour of signatures.
    """

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        """Zero for a new row, the column itself for one that is there."""
        return super().pre_save(model_instance, add) if add else F(self.attname)
