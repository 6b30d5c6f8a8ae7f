"""Addresses for whoever has no session yet; the others are registered with the admin."""

from django.urls import path
from django.views.decorators.cache import never_cache

from cms.core.accounts import own_views, people_views, views

urlpatterns = [
    path("login/", never_cache(views.LoginView.as_view())),
    path("login/code/", views.code, name="core_login_code"),
    path("login/set-up/", views.set_up, name="core_login_set_up"),
    path("login/leave/", views.leave, name="core_login_leave"),
    path("password_reset/", never_cache(views.PasswordResetView.as_view())),
    path(
        "password_reset/confirm/<uidb64>/<token>/",
        never_cache(views.PasswordResetConfirmView.as_view()),
    ),
]

admin_urlpatterns = [
    path("account/second-factor/", own_views.own_factor, name="core_second_factor"),
    path("account/sessions/", own_views.own_sessions, name="core_own_sessions"),
    path("account/sessions/end/", own_views.end_own_sessions, name="core_end_own_sessions"),
    path("users/<int:pk>/access/", people_views.access, name="core_access"),
    path("users/<int:pk>/access/end/", people_views.end_sessions, name="core_end_sessions"),
    path("users/<int:pk>/access/reset/", people_views.reset_factor, name="core_reset_factor"),
]
