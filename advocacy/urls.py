"""Addresses of petitions, representatives and letters."""

from django.urls import path

from advocacy.views import embed, letters, own_data, petitions, reports, representatives

app_name = "advocacy"

urlpatterns = [
    path("petitions/", petitions.petitions, name="petitions"),
    path("petitions/notices/stop/<str:token>/", own_data.stop_notices, name="stop_notices"),
    path("petitions/<slug:slug>/", petitions.petition, name="petition"),
    path("petitions/<slug:slug>/embed/", embed.embed, name="embed"),
    path("petitions/<slug:slug>/check-your-mail/", petitions.sent, name="sent"),
    path("petitions/<slug:slug>/thanks/", petitions.thanks, name="thanks"),
    path("petitions/<slug:slug>/confirm/<str:token>/", petitions.confirm, name="confirm"),
    path("my-signatures/", own_data.ask, name="own_data"),
    path("my-signatures/check-your-mail/", own_data.sent, name="own_data_sent"),
    path("my-signatures/ended/", own_data.ended, name="own_data_ended"),
    path("my-signatures/<str:token>/", own_data.shown, name="own_data_shown"),
    path("my-signatures/<str:token>/download/", own_data.download, name="own_data_download"),
    path("representatives/", representatives.representatives, name="representatives"),
    path("representatives/<slug:slug>/", representatives.representative, name="representative"),
    path("representatives/<slug:slug>/report/", reports.report, name="report"),
    path("representatives/<slug:slug>/report/thanks/", reports.reported, name="reported"),
    path("letters/<slug:slug>/", letters.letter, name="letter"),
]
