"""The app that every other app stands on."""

import warnings

from django.apps import AppConfig
from django.conf import settings
from PIL import Image


class CoreConfig(AppConfig):
    """People, pictures, the site's own settings, and what every page shares."""

    name = "cms.core"
    label = "core"
    verbose_name = "Dovetail"

    def ready(self) -> None:
        """Have large pictures refused before they are decoded, which takes gigabytes of memory."""
        # Pillow warns at this number of pixels, and refuses at its double.
        Image.MAX_IMAGE_PIXELS = settings.WAGTAILIMAGES_MAX_IMAGE_PIXELS // 2
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)
