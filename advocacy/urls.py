"""Addresses of petitions, representatives and letters."""

from django.urls import path

from advocacy import views

app_name = "advocacy"

urlpatterns = [
    path("petitions/", views.petitions, name="petitions"),
    path("petitions/<slug:slug>/", views.petition, name="petition"),
    path("petitions/<slug:slug>/check-your-mail/", views.sent, name="sent"),
    path("petitions/<slug:slug>/thanks/", views.thanks, name="thanks"),
    path("petitions/<slug:slug>/confirm/<str:token>/", views.confirm, name="confirm"),
    path("representatives/", views.representatives, name="representatives"),
    path("representatives/<slug:slug>/", views.representative, name="representative"),
    path("letters/<slug:slug>/", views.letter, name="letter"),
]
