"""The form with which pictures are uploaded."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from wagtail.images.fields import WagtailImageField
from wagtail.images.forms import BaseImageForm

from cms.core.uploads import StoringForm


class PictureFileField(WagtailImageField):
    """A picture that is not too large, and can be decoded to its end."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        limit = settings.WAGTAILIMAGES_MAX_IMAGE_PIXELS // 1_000_000
        self.error_messages["file_too_many_pixels"] = (
            f"This picture has more than {limit} million pixels. Save it smaller, for example"
            " 4,000 pixels wide, and upload that."
        )

    def check_image_pixel_size(self, f: Any) -> None:
        """Count the pixels, and refuse what breaks on the way: Wagtail answers that with a 500."""
        try:
            super().check_image_pixel_size(f)
        except ValidationError:
            raise
        except Exception as error:
            # Decoders meet broken data with whatever error comes to hand.
            raise ValidationError(
                "This picture is damaged: it could not be read to its end. Save it again with the"
                " program that made it, and upload the new file.",
                code="damaged",
            ) from error


class PictureForm(StoringForm, BaseImageForm):
    """Wagtail's form with our field for the file, which says so where it cannot be stored."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if field := self.fields.get("file"):
            self.fields["file"] = PictureFileField(
                label=field.label, required=field.required, widget=field.widget
            )

    class Meta(BaseImageForm.Meta):
        pass
