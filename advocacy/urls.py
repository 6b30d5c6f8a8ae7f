"""Addresses of petitions, representatives and letters."""

from django.urls import path

from advocacy.views import letters, petitions, reports, representatives

app_name = "advocacy"

urlpatterns = [
    path("petitions/", petitions.petitions, name="petitions"),
    path("petitions/<slug:slug>/", petitions.petition, name="petition"),
    path("petitions/<slug:slug>/check-your-mail/", petitions.sent, name="sent"),
    path("petitions/<slug:slug>/thanks/", petitions.thanks, name="thanks"),
    path("petitions/<slug:slug>/confirm/<str:token>/", petitions.confirm, name="confirm"),
    path("representatives/", representatives.representatives, name="representatives"),
    path("representatives/<slug:slug>/", representatives.representative, name="representative"),
    path("representatives/<slug:slug>/report/", reports.report, name="report"),
    path("representatives/<slug:slug>/report/thanks/", reports.reported, name="reported"),
    path("letters/<slug:slug>/", letters.letter, name="letter"),
]
