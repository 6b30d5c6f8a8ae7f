"""The pages on which a subscription begins and ends. A GET changes nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from cms.core import limits
from cms.core.private_pages import private_page
from cms.newsletter import subscriptions
from cms.newsletter.forms import SubscribeForm
from cms.newsletter.subscriptions import LinkState

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

# A school or an office may share one address; the mails to each of theirs are capped as well.
A_NETWORK = "60/h"
TOO_MANY = "Very many have subscribed from your network. Send the form once more in an hour."
GONE = {LinkState.BROKEN: 404, LinkState.EXPIRED: 410}


def _head(title: str, description: str = "", *, noindex: bool = True) -> dict[str, Any]:
    return {"title": title, "description": description, "noindex": noindex}


@private_page
@require_http_methods(["GET", "HEAD", "POST"])
def subscribe(request: HttpRequest) -> HttpResponse:
    """The form, and the same next page for every address."""
    form = SubscribeForm(request.POST or None)
    status = 200
    if request.method == "POST" and form.is_valid():
        network = limits.client_network(request)
        if limits.within(request, what="newsletter.subscribe", who=network, rate=A_NETWORK):
            if not form.is_from_a_machine:
                subscriptions.subscribe(email=form.cleaned_data["email"])
            return redirect("newsletter:sent", permanent=False)
        form.add_error(None, TOO_MANY)
        status = 429
    return render(
        request,
        "newsletter/subscribe.html",
        {
            "form": form,
            "consent_text": subscriptions.CONSENT_TEXT,
            "head": _head(
                "Subscribe", "The newsletter, by e-mail, until you end it.", noindex=False
            ),
        },
        status=status,
    )


@private_page
@require_safe
def sent(request: HttpRequest) -> HttpResponse:
    """Look into your mail: the same page for everybody."""
    return render(request, "newsletter/sent.html", {"head": _head("Look into your mail")})


@private_page
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """The page with the button that a confirmation mail leads to."""
    if request.method == "POST":
        link = subscriptions.confirm(token=token)
        if link.state == LinkState.READY:
            return redirect("newsletter:confirmed")
    else:
        link = subscriptions.look_up(token)
    return render(
        request,
        "newsletter/confirm.html",
        {
            "state": link.state.value,
            "consent_text": link.subscriber.consent_text if link.subscriber else "",
            "head": _head("Confirm your subscription"),
        },
        status=GONE.get(link.state, 200),
    )


@private_page
@require_safe
def confirmed(request: HttpRequest) -> HttpResponse:
    """The subscription has begun."""
    return render(request, "newsletter/confirmed.html", {"head": _head("You are subscribed")})


@private_page
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """The page with the button that every newsletter leads to."""
    if request.method == "POST" and subscriptions.unsubscribe(token=token):
        return redirect("newsletter:unsubscribed")
    subscriber = subscriptions.subscriber_of(token)
    if subscriber is None:
        state, status = "broken", 404
    else:
        ended = subscriber.status == subscriber.Status.UNSUBSCRIBED
        state, status = ("done" if ended else "ready"), 200
    return render(
        request,
        "newsletter/unsubscribe.html",
        {"state": state, "head": _head("End the newsletter")},
        status=status,
    )


@private_page
@require_safe
def unsubscribed(request: HttpRequest) -> HttpResponse:
    """The subscription has ended."""
    return render(request, "newsletter/unsubscribed.html", {"head": _head("It has ended")})
