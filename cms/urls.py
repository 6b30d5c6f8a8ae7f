"""Every address of the site."""

from django.conf import settings
from django.urls import include, path
from django.views.decorators.http import require_safe
from django.views.generic import RedirectView
from wagtail import urls as wagtail_urls
from wagtail.admin import urls as wagtailadmin_urls

from cms.core import documents, reports, shared_passwords
from cms.core import views as core_views
from cms.core.accounts.urls import urlpatterns as login_urls
from cms.core.metrics import metrics

handler404 = "search.missing.not_found"
handler500 = "cms.core.views.server_error"

urlpatterns = [
    path("healthz", core_views.healthz, name="healthz"),
    path("readyz", core_views.readyz, name="readyz"),
    path("metrics", metrics, name="metrics"),
    path(".well-known/security.txt", core_views.security_txt, name="security_txt"),
    path("robots.txt", core_views.robots, name="robots"),
    # Before Wagtail's own addresses of the same lists and forms.
    path("admin/", include(reports.urlpatterns)),
    path("admin/", include(login_urls)),
    path("admin/", include(wagtailadmin_urls)),
    path("documents/", include(documents.urlpatterns)),
    path("search/", include("search.urls")),
    path("", include("cms.newsletter.urls")),
    path("", include("advocacy.urls")),
]

if settings.SERVE_MEDIA:
    urlpatterns += [
        path(f"{settings.MEDIA_URL.strip('/')}/<path:path>", core_views.media, name="media")
    ]

urlpatterns += [
    path("", include("news.urls")),
    # Before Wagtail's own: a second form to log in with, which counts no guesses, and one for the
    # password of a page.
    path(
        "_util/login/",
        require_safe(RedirectView.as_view(pattern_name="wagtailadmin_login", query_string=True)),
    ),
    path(
        "_util/authenticate_with_password/<int:page_view_restriction_id>/<int:page_id>/",
        shared_passwords.for_page,
    ),
    path("", include(wagtail_urls)),
]
