"""Settings as in production, but for static files, which nobody has collected."""

import os

from cms.settings.production import *  # noqa: F403

STORAGES["staticfiles"] = {  # noqa: F405
    "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
}

# How soon another worker may do what a killed one left.
JOB_LEASE = float(os.environ.get("JOB_LEASE", JOB_LEASE))  # noqa: F405
