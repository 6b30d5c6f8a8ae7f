"""Pictures and their renditions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from wagtail.images.models import AbstractImage, AbstractRendition, SourceImageIOError
from wagtail.images.models import Image as WagtailImage

from cms.core.uploads import NotStoredError

if TYPE_CHECKING:
    from wagtail.images.models import Filter


class Picture(AbstractImage):
    """A picture with the credit that must stand beside it."""

    credit = models.CharField(
        max_length=255,
        blank=True,
        help_text="Who made it and who allows its use, as readers will see it.",
    )

    admin_form_fields = (
        *(name for name in WagtailImage.admin_form_fields if name != "tags"),
        "credit",
        "tags",
    )

    class Meta(AbstractImage.Meta):
        verbose_name = "picture"
        verbose_name_plural = "pictures"
        permissions = [("choose_picture", "Can choose picture")]

    def create_rendition(self, filter: Filter) -> Rendition:
        """Make one size. Where it cannot be stored, pages show a gap as for a file that is gone."""
        try:
            rendition: Rendition = super().create_rendition(filter)
        except NotStoredError as error:
            raise SourceImageIOError(str(error)) from error
        return rendition

    def create_renditions(self, *filters: Filter) -> dict[Filter, Rendition]:
        """Make several, one after the other: on a full disk no file is left without its row."""
        return {filter: self.create_rendition(filter) for filter in filters}


class Rendition(AbstractRendition):
    """One size and format of a picture."""

    image = models.ForeignKey(Picture, on_delete=models.CASCADE, related_name="renditions")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["image", "filter_spec", "focal_point_key"], name="rendition_unique"
            )
        ]
