"""Development and the demo: everything on this machine, nothing to set."""

from django.core.management.utils import get_random_secret_key

from cms.settings import environment
from cms.settings.base import *  # noqa: F403

DEBUG = environment.flag("DEBUG", default=True)
SECRET_KEY = environment.text("SECRET_KEY", get_random_secret_key())
ALLOWED_HOSTS = environment.hosts("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]")
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG
# While templates are being changed, nothing is kept of what they were.
PAGE_CACHE = environment.flag("PAGE_CACHE", default=not DEBUG)
