"""Addresses of the newsletter."""

from django.urls import path

from cms.newsletter import views

app_name = "newsletter"

urlpatterns = [
    path("subscribe/", views.subscribe, name="subscribe"),
    path("subscribe/check-your-mail/", views.sent, name="sent"),
    path("subscribe/thanks/", views.confirmed, name="confirmed"),
    path("subscribe/confirm/<str:token>/", views.confirm, name="confirm"),
    path("subscribe/preferences/<str:token>/", views.preferences, name="preferences"),
    path("unsubscribe/done/", views.unsubscribed, name="unsubscribed"),
    path("unsubscribe/<str:token>/", views.unsubscribe, name="unsubscribe"),
]
