"""Settings that every environment shares.

The embedded default needs nothing outside this checkout: SQLite, database search, jobs that run
where they are asked for, mail on the console. Addresses in the environment replace each of them.
"""

import zoneinfo
from datetime import timedelta
from pathlib import Path

from csp.constants import NONE, SELF, UNSAFE_INLINE

from cms.core.page_cache.pages import Pages
from cms.settings import environment

BASE_DIR = Path(__file__).resolve().parents[2]
DATA_DIR = environment.directory("DATA_DIR", BASE_DIR / "var")

# Applications -------------------------------------------------------------------------------------

INSTALLED_APPS = [
    "home",
    "search",
    "news",
    "advocacy",
    "cms.newsletter",
    "cms.core",
    "wagtail_modeladmin",
    "wagtail.contrib.settings",
    "wagtail.contrib.routable_page",
    "wagtail.contrib.redirects",
    "wagtail.contrib.sitemaps",
    "wagtail.embeds",
    "wagtail.sites",
    "wagtail.users",
    "wagtail.snippets",
    "wagtail.documents",
    "wagtail.images",
    "wagtail.search",
    "wagtail.admin",
    "wagtail",
    "modelcluster",
    "taggit",
    "django_filters",
    "django_tasks",
    "django_tasks_db",
    "post_office",
    "csp",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.sitemaps",
]

MIDDLEWARE = [
    "cms.core.metrics.MetricsMiddleware",
    "cms.core.middleware.ContentSecurityPolicyMiddleware",
    "cms.core.middleware.CrossOriginResourcePolicyMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django_permissions_policy.PermissionsPolicyMiddleware",
    "cms.core.middleware.AdminNetworksMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "cms.core.sites.SiteMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "cms.core.accounts.standing.StandingMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "news.middleware.PublicationRefusedMiddleware",
    "cms.core.redirects.RedirectMiddleware",
]

ROOT_URLCONF = "cms.urls"
WSGI_APPLICATION = "cms.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "home.context_processors.chrome",
            ],
        },
    },
]

# Data ---------------------------------------------------------------------------------------------

DATABASES = {
    "default": environment.database("DATABASE_URL", f"sqlite:///{DATA_DIR / 'db.sqlite3'}")
}
# A PostgreSQL that follows it, where there is one; see cms.core.replica.
DATABASE_ROUTERS: list[str] = []
_REPLICA = environment.replica("DATABASE_REPLICA_URL", of=DATABASES["default"])
if _REPLICA:
    DATABASES["replica"] = _REPLICA
    DATABASE_ROUTERS.append("cms.core.replica.Router")
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CACHES = {
    "default": environment.cache("CACHE_URL", "locmemcache://"),
    # Wagtail writes here at every rendition it looks up, so this one must cost nothing.
    "renditions": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "LOCATION": "renditions",
        "TIMEOUT": 600,
        "OPTIONS": {"MAX_ENTRIES": 5000},
    },
}

# Readers' pages, kept as a whole; see cms.core.page_cache.
PAGE_CACHE = environment.flag("PAGE_CACHE", default=True)
# For how long a cache in front may answer without asking us, and where it wants to be told of changes.
CDN_SECONDS = environment.number("CDN_SECONDS", default=2, least=0, most=86_400)
CDN_PURGE_URL = environment.web_address("CDN_PURGE_URL")
if CDN_PURGE_URL:
    INSTALLED_APPS.append("wagtail.contrib.frontend_cache")
    WAGTAILFRONTENDCACHE = {"in front": {"BACKEND": "cms.core.page_cache.purging.InFront"}}
_PRIVATE = r"/(admin|documents|media|static|healthz|readyz|metrics|subscribe|unsubscribe|my-signatures|letters)(/.*)?"
# How the views read their query, where they do. Whatever else an address says is not for them.
PAGE_CACHE_PAGES = [
    Pages(_PRIVATE, kept=False),
    Pages(r"/petitions/[^/]+/(?!embed/$).*|/representatives/[^/]+/report/.*", kept=False),
    Pages(r"/news/|/archive/.+|/(categories|sources|tags|authors)/[^/]+/", numbers=("page",)),
    Pages(r"/representatives/[^/]+/", numbers=("page",)),
    Pages(r"/representatives/", personal=("zip", "letter", "from")),
    Pages(r"/sitemap-[^/]+\.xml", numbers=("p",)),
    Pages(r"/|/news/[^/]+/|/archive/|/categories/|/petitions/|/petitions/[^/]+/embed/"),
]

# Long forms: an article of 200 blocks sends over a thousand fields, a pasted story a few megabytes.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_000
DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 1024 * 1024
FILE_UPLOAD_HANDLERS = [
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "cms.core.uploads.ReceivingHandler",
]

# What readers search: the database, or a search server before it.
SEARCH_SERVER = environment.search_server("SEARCH_URL")

# Jobs ---------------------------------------------------------------------------------------------

TASKS_BACKENDS = {
    "immediate": "django_tasks.backends.immediate.ImmediateBackend",
    "database": "django_tasks_db.DatabaseBackend",
}
TASKS = {
    "default": {"BACKEND": TASKS_BACKENDS[environment.choice("TASKS", "immediate", TASKS_BACKENDS)]}
}

# Seconds of silence after which a worker counts as gone, and another does its job.
JOB_LEASE = 60.0

# Mail: everything goes into an outbox in the database first, so a dead mail server loses nothing. --

_EMAIL = environment.email("EMAIL_URL", "consolemail://")
vars().update({key: value for key, value in _EMAIL.items() if key != "EMAIL_BACKEND"})
EMAIL_BACKEND = "cms.core.mail.OutboxBackend"
EMAIL_TIMEOUT = 10
POST_OFFICE = {
    "BACKENDS": {"default": _EMAIL["EMAIL_BACKEND"]},
    "DEFAULT_PRIORITY": "medium",
    "MAX_RETRIES": 20,
    "RETRY_INTERVAL": timedelta(minutes=2),
    "LOG_LEVEL": 1,
    "MESSAGE_ID_ENABLED": True,
    "LOCK_FILE_NAME": str(DATA_DIR / "outbox"),
}
DEFAULT_FROM_EMAIL = environment.mail_address("DEFAULT_FROM_EMAIL", "Dovetail <newsroom@localhost>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL

# People -------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "core.User"
LOGIN_URL = "wagtailadmin_login"
# After a password, for whoever names no address of ours to be led to.
LOGIN_REDIRECT_URL = "/"
_VALIDATION = "django.contrib.auth.password_validation"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"{_VALIDATION}.UserAttributeSimilarityValidator"},
    {"NAME": f"{_VALIDATION}.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": f"{_VALIDATION}.CommonPasswordValidator"},
    {"NAME": f"{_VALIDATION}.NumericPasswordValidator"},
]

# Language, time, static, media --------------------------------------------------------------------

LANGUAGE_CODE = "en-us"
TIME_ZONE = environment.zone("TIME_ZONE", "America/New_York")
# What people choose from for themselves, without two entries of some machines that are no places;
# one of them stops the script that names the zones in the browser.
WAGTAIL_USER_TIME_ZONES = sorted(zoneinfo.available_timezones() - {"Factory", "localtime"})
USE_I18N = True
USE_TZ = True
USE_THOUSAND_SEPARATOR = True

STATIC_URL = "/static/"
STATIC_ROOT = environment.directory("STATIC_ROOT", DATA_DIR / "static", writable=False)
STATICFILES_DIRS = [BASE_DIR / "cms" / "static"]
MEDIA_URL = "/media/"
MEDIA_ROOT = DATA_DIR / "media"
# A web server or object storage in front may serve uploads instead.
SERVE_MEDIA = environment.flag("SERVE_MEDIA", default=True)
STORAGES = {
    "default": environment.media_storage("MEDIA_STORAGE"),
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}

# Whether the sweep asks related links if they still lead somewhere.
CHECK_LINKS = environment.flag("CHECK_LINKS", default=True)

# Trust --------------------------------------------------------------------------------------------

SITE_URL = environment.site_url("SITE_URL", "http://localhost:8000")
TRUSTED_PROXIES = environment.networks("TRUSTED_PROXIES")
# Told of what is published, so that readers' programs need not ask.
WEBSUB_HUB = environment.web_address("WEBSUB_HUB")
# Steps that a browser takes at most before a form is taken from it; see cms.core.proof_of_work.
PROOF_OF_WORK = environment.number("PROOF_OF_WORK", default=200_000, least=1, most=10_000_000)
# A counter that the cache has lost must not lock anybody out.
RATELIMIT_FAIL_OPEN = True
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
# From where the admin is there at all; from everywhere where blank.
ADMIN_NETWORKS = environment.networks("ADMIN_NETWORKS")
# Whom to tell of a weakness, in /.well-known/security.txt.
SECURITY_CONTACT = environment.mail_address("SECURITY_CONTACT", DEFAULT_FROM_EMAIL)
# Whether everybody who logs in must show a second factor.
REQUIRE_MFA = environment.flag("REQUIRE_MFA", default=False)
# Sessions that can be listed and ended; a session that is not used ends after two weeks.
SESSION_ENGINE = "cms.core.accounts.sessions"
SESSION_COOKIE_AGE = 14 * 24 * 60 * 60
KNOWN_BROWSER_COOKIE = "known-browser"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
# Scripts, Wagtail's too, take the token from the page.
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "cms.core.views.csrf_failure"

PERMISSIONS_POLICY: dict[str, list[str]] = {
    feature: []
    for feature in (
        "accelerometer", "autoplay", "camera", "display-capture", "encrypted-media",
        "geolocation", "gyroscope", "magnetometer", "microphone", "midi", "payment", "usb",
    )
}  # fmt: skip

# Uploads may lie on a host of their own, and on no other.
_MEDIA_HOST = STORAGES["default"].get("OPTIONS", {}).get("custom_domain")
_PICTURES = [SELF, f"https://{_MEDIA_HOST}"] if _MEDIA_HOST else [SELF]

# Readers' pages: nothing inline, nothing from elsewhere.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": _PICTURES,
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
# Wagtail's explorer, editor and history pages have inline scripts and styles of their own.
ADMIN_CONTENT_SECURITY_POLICY = {
    "default-src": [NONE],
    "script-src": [SELF, UNSAFE_INLINE],
    "style-src": [SELF, UNSAFE_INLINE],
    "img-src": [*_PICTURES, "data:", "blob:"],
    "font-src": [SELF],
    "connect-src": [SELF],
    "frame-src": [SELF],
    "worker-src": [SELF, "blob:"],
    "media-src": [SELF],
    "manifest-src": [SELF],
    "form-action": [SELF],
    "base-uri": [SELF],
    "frame-ancestors": [SELF],
}

# Wagtail ------------------------------------------------------------------------------------------

WAGTAIL_SITE_NAME = "Dovetail"
WAGTAILADMIN_RICH_TEXT_EDITORS = {"default": {"WIDGET": "cms.core.rich_text.NamedRichTextArea"}}
WAGTAILADMIN_BASE_URL = SITE_URL
WAGTAIL_PASSWORD_REQUIRED_TEMPLATE = "password_required.html"  # noqa: S105 - a template
WAGTAILDOCS_PASSWORD_REQUIRED_TEMPLATE = WAGTAIL_PASSWORD_REQUIRED_TEMPLATE
# Pages for those who log in are for the newsroom: it has one place to do that.
WAGTAIL_FRONTEND_LOGIN_URL = "/admin/login/"
# What editors search for in the admin; what readers search for is the app ``search``.
WAGTAILSEARCH_BACKENDS = {"default": {"BACKEND": "search.admin_search"}}
WAGTAILIMAGES_IMAGE_MODEL = "core.Picture"
WAGTAILIMAGES_IMAGE_FORM_BASE = "cms.core.picture_forms.PictureForm"
WAGTAILIMAGES_EXTENSIONS = ["avif", "gif", "jpg", "jpeg", "png", "webp"]
WAGTAILIMAGES_MAX_IMAGE_PIXELS = 20_000_000
WAGTAILIMAGES_MAX_UPLOAD_SIZE = 15 * 1024 * 1024
WAGTAILIMAGES_FORMAT_CONVERSIONS = {"avif": "webp"}
WAGTAILDOCS_DOCUMENT_FORM_BASE = "cms.core.document_forms.DocumentForm"
WAGTAILDOCS_EXTENSIONS = ["csv", "docx", "odt", "pdf", "pptx", "rtf", "txt", "xlsx"]
# Documents are saved, never shown as a page of ours.
WAGTAILDOCS_INLINE_CONTENT_TYPES: list[str] = []
WAGTAILDOCS_MAX_UPLOAD_SIZE = 10 * 1024 * 1024
# No request from the admin to anybody else.
WAGTAIL_GRAVATAR_PROVIDER_URL = None
WAGTAIL_ENABLE_UPDATE_CHECK = False
WAGTAIL_ENABLE_WHATS_NEW_BANNER = False
WAGTAILEMBEDS_FINDERS: list[dict[str, str]] = []
WAGTAIL_USAGE_COUNT_ENABLED = True
WAGTAIL_ALLOW_UNICODE_SLUGS = False
TAGGIT_CASE_INSENSITIVE = True
WAGTAIL_MODERATION_ENABLED = True

# The language model -------------------------------------------------------------------------------

OPENAI_API_KEY = environment.text("OPENAI_API_KEY", "")
OPENAI_BASE_URL = environment.web_address("OPENAI_BASE_URL")
OPENAI_MODEL = environment.text("OPENAI_MODEL", "gpt-4.1-mini")
# Wall-clock seconds that one draft may take before it counts as failed.
DRAFTING_DEADLINE = environment.number("DRAFTING_DEADLINE", default=90, least=5, most=900)

# Figures ------------------------------------------------------------------------------------------

# Who knows it may read /metrics; blank: nothing is measured and there is no such page.
METRICS_TOKEN = environment.secret("METRICS_TOKEN", shortest=20, default="")
if METRICS_TOKEN:
    environment.metrics_folder(DATA_DIR / "metrics")

# Log ----------------------------------------------------------------------------------------------

LOG_LEVEL = environment.choice("LOG_LEVEL", "INFO", environment.LOG_LEVELS)
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": "cms.core.log.LineFormatter",
            "format": "%(asctime)s %(levelname)s %(name)s: %(message)s",
        },
        "json": {"()": "cms.core.log.JSONFormatter"},
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    # A line for each job, and for each request to a server, is more than anybody reads.
    "loggers": {"django_tasks": {"level": "WARNING"}, "httpx2": {"level": "WARNING"}},
    "root": {"handlers": ["console"], "level": LOG_LEVEL},
}
