"""Addresses of articles."""

from django.urls import path

from news import reading

urlpatterns = [path("news/<slug:slug>/", reading.article)]
