# Dovetail as a container: one image, three commands (see compose.yaml).
#
# Nothing in it belongs to root's reach: it runs as a user without a shell, and its file system may
# be read-only. What it writes lies in /data and /tmp.

FROM python:3.11-slim-bookworm AS build

ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_INPUT=1
RUN python -m venv /opt/dovetail
COPY requirements/production.txt /tmp/production.txt
RUN /opt/dovetail/bin/pip install --require-hashes --no-deps --only-binary :all: \
        --requirement /tmp/production.txt \
    # What installs is of no use in a file system that nobody writes to: 24 MB.
    && /opt/dovetail/bin/pip uninstall --yes setuptools pip

WORKDIR /srv/dovetail
COPY manage.py ./
COPY cms cms
COPY home home
COPY news news
COPY advocacy advocacy
COPY search search
COPY templates templates

# Static files get their final names now, so that no process has to write them later. None of
# these values is used by anything that runs.
RUN DJANGO_SETTINGS_MODULE=cms.settings.production DATA_DIR=/tmp/data STATIC_ROOT=/srv/static \
    SECRET_KEY=only-for-collecting-static-files-0123456789-abcdefghijklm \
    ALLOWED_HOSTS=localhost SITE_URL=https://localhost DEFAULT_FROM_EMAIL=nobody@localhost.invalid \
    EMAIL_URL=consolemail:// DATABASE_URL=sqlite:///:memory: \
    /opt/dovetail/bin/python manage.py collectstatic --noinput --verbosity 0 \
    && /opt/dovetail/bin/python -m compileall -q cms home news advocacy search

FROM python:3.11-slim-bookworm

# PostgreSQL's own programs, for `manage.py backup` and `restore`; as new as the server or newer.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends postgresql-client \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --uid 10001 --no-create-home --no-log-init --shell /usr/sbin/nologin dovetail \
    && install --directory --owner=dovetail --mode=0750 /data

COPY --from=build /opt/dovetail /opt/dovetail
COPY --from=build /srv /srv

ENV PATH=/opt/dovetail/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    DJANGO_SETTINGS_MODULE=cms.settings.production TASKS=database \
    DATA_DIR=/data STATIC_ROOT=/srv/static

WORKDIR /srv/dovetail
USER dovetail
VOLUME /data
EXPOSE 8000
STOPSIGNAL SIGTERM

HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8000/readyz', timeout=4)"]

# The web server. Worker and sweep have commands of their own: see compose.yaml.
CMD ["python", "-m", "granian", "--interface=wsgi", "--host=0.0.0.0", "--port=8000", \
     "--workers=2", "--blocking-threads=2", "--http=1", "--http1-buffer-size=65536", \
     "--respawn-failed-workers", "--respawn-interval=15", "--workers-kill-timeout=8", \
     "--no-access-log", "--log-level=warning", "cms.wsgi:application"]
