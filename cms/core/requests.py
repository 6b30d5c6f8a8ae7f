"""Requests as the admin's views get them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpRequest

if TYPE_CHECKING:
    from cms.core.models import User


class AdminRequest(HttpRequest):
    """A request of somebody who is logged in: Wagtail lets no other into the admin's views."""

    user: User
