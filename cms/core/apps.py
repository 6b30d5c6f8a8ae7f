"""The app that every other app stands on."""

import mimetypes
import warnings

from django.apps import AppConfig
from django.conf import settings
from django.db.models.signals import post_migrate
from PIL import Image


class CoreConfig(AppConfig):
    """People, pictures, the site's own settings, and what every page shares."""

    name = "cms.core"
    label = "core"
    verbose_name = "Dovetail"

    def ready(self) -> None:
        """Watch what every page shows; refuse large pictures before they are decoded.

        Decoding one takes gigabytes of memory.
        """
        from cms.core.page_cache import shared_rows  # noqa: PLC0415 - models are ready only now

        shared_rows.listen()
        post_migrate.connect(shared_rows.forget_all, sender=self)
        know_pictures()
        # Pillow warns at this number of pixels, and refuses at its double.
        Image.MAX_IMAGE_PIXELS = settings.WAGTAILIMAGES_MAX_IMAGE_PIXELS // 2
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)


def know_pictures() -> None:
    """Name the types of pictures that Python knows only where the machine has a list of them.

    A small image has none; a picture would be sent, and put into object storage, as a file of no kind.
    """
    for ending in ("avif", "webp"):
        mimetypes.add_type(f"image/{ending}", f".{ending}")
