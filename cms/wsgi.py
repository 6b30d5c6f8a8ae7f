"""The WSGI application that a web server loads."""

import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cms.settings.production")

django = get_wsgi_application()

from cms.core import probes  # noqa: E402 - settings and apps are ready only now
from cms.core.page_cache.wsgi import wrapped  # noqa: E402 - as above

application = probes.by_any_name(wrapped(django))

# What is loaded by now stays. To look through all of it for garbage takes a tenth of a second, for
# which some reader would wait.
gc.collect()
gc.freeze()
