"""Production's settings; among its addresses is one that answers with ready bytes."""

from cms.settings.production import *  # noqa: F403

ROOT_URLCONF = "benchmarks.measuring.urls"
