"""Production: what must be set is asked for by name, and cookies travel over HTTPS only."""

from cms.settings import environment
from cms.settings.base import *  # noqa: F403

DEBUG = False
SECRET_KEY = environment.secret("SECRET_KEY", shortest=50)
ALLOWED_HOSTS = environment.hosts("ALLOWED_HOSTS")
SITE_URL = environment.site_url("SITE_URL", allowed=ALLOWED_HOSTS)
WAGTAILADMIN_BASE_URL = SITE_URL
DEFAULT_FROM_EMAIL = environment.mail_address("DEFAULT_FROM_EMAIL")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
SECURITY_CONTACT = environment.mail_address("SECURITY_CONTACT", DEFAULT_FROM_EMAIL)
# Read by base already; here it must be there. A server that prints its mails asks nobody anything.
environment.text("EMAIL_URL")
CSRF_TRUSTED_ORIGINS = [SITE_URL]

STORAGES["staticfiles"] = {  # noqa: F405
    "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
}

# A proxy on one of TRUSTED_PROXIES ends TLS; without one, TLS ends here.
if TRUSTED_PROXIES:  # noqa: F405
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_SSL_REDIRECT = environment.flag("SECURE_SSL_REDIRECT", default=True)
# Asked for on the machine or inside of its network; see cms.core.probes.
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]
SECURE_HSTS_SECONDS = 63_072_000
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
REQUIRE_MFA = environment.flag("REQUIRE_MFA", default=True)
SESSION_COOKIE_SECURE = True
SESSION_COOKIE_NAME = "__Host-sessionid"
KNOWN_BROWSER_COOKIE = "__Secure-known-browser"
CSRF_COOKIE_SECURE = True
CSRF_COOKIE_NAME = "__Host-csrftoken"
LANGUAGE_COOKIE_SECURE = True

LOGGING["handlers"]["console"]["formatter"] = environment.choice(  # type: ignore[index]  # noqa: F405
    "LOG_FORMAT", "json", ("json", "line")
)

environment.sentry("SENTRY_DSN")
