"""Production's settings, and the stock page."""

from benchmarks.measuring.settings import *  # noqa: F403
from benchmarks.measuring.settings import INSTALLED_APPS as OURS

INSTALLED_APPS = [*OURS, "benchmarks.stock"]
