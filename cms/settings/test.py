"""Tests: quick hashing, mail kept in memory, files in a folder that is thrown away."""

import atexit
import shutil
import tempfile
from pathlib import Path

from cms.settings import environment
from cms.settings.base import *  # noqa: F403

DEBUG = False
SECRET_KEY = "only-for-tests-" + "0123456789abcdef" * 3
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "testserver"]
DATABASES = {"default": environment.database("DATABASE_URL", "sqlite:///:memory:")}
DATABASE_ROUTERS = []
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
MEDIA_ROOT = Path(tempfile.mkdtemp(prefix="dovetail-media-"))
atexit.register(shutil.rmtree, MEDIA_ROOT, ignore_errors=True)
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = True
TASKS = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend"}}
POST_OFFICE = {
    **POST_OFFICE,  # noqa: F405
    "BACKENDS": {"default": "django.core.mail.backends.locmem.EmailBackend"},
}
PROOF_OF_WORK = 100
PAGE_CACHE = False
CHECK_LINKS = False
OPENAI_API_KEY = ""
OPENAI_BASE_URL = ""
LOGGING["root"]["level"] = "WARNING"  # type: ignore[index]  # noqa: F405
