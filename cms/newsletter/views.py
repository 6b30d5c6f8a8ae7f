"""The pages on which a subscription begins and ends. A GET changes nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from cms.core import limits, mail
from cms.core.private_pages import one_click_page, private_page
from cms.newsletter import subscriptions, suppressions, topics
from cms.newsletter.forms import PreferencesForm, SubscribeForm
from cms.newsletter.models import Frequency
from cms.newsletter.subscriptions import LinkState

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from cms.newsletter.models import Subscriber

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
    slug = request.GET.get("category", "")
    asked_for = [topic.key for topic in topics.offered() if slug and topic.slug == slug]
    form = SubscribeForm(request.POST or None, initial={"topics": asked_for})
    status = 200
    if request.method == "POST" and form.is_valid():
        network = limits.client_network(request)
        if limits.within(request, what="newsletter.subscribe", who=network, rate=A_NETWORK):
            if not form.is_from_a_machine:
                subscriptions.subscribe(
                    email=form.cleaned_data["email"],
                    frequency=form.cleaned_data["frequency"],
                    chosen=form.chosen,
                )
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
            "is_written_to": bool(link.subscriber and link.subscriber.is_written_to),
            **(_choice(link.subscriber) if link.subscriber else {}),
            "head": _head("Confirm your subscription"),
        },
        status=GONE.get(link.state, 200),
    )


@private_page
@require_safe
def confirmed(request: HttpRequest) -> HttpResponse:
    """The subscription has begun."""
    return render(request, "newsletter/confirmed.html", {"head": _head("You are subscribed")})


@one_click_page
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """The page with the button that every newsletter leads to; mail programs post to it too."""
    if request.method == "POST" and subscriptions.unsubscribe(
        token=token, never="never" in request.POST
    ):
        if request.POST.get("List-Unsubscribe") == "One-Click":
            # A mail program is sent nowhere else: RFC 8058 forbids it.
            return _ended(request)
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
        {
            "state": state,
            "never": bool(subscriber and suppressions.is_suppressed(subscriber.email)),
            "head": _head("End the newsletter"),
        },
        status=status,
    )


@private_page
@require_safe
def unsubscribed(request: HttpRequest) -> HttpResponse:
    """The subscription has ended."""
    return _ended(request)


def _ended(request: HttpRequest) -> HttpResponse:
    return render(request, "newsletter/unsubscribed.html", {"head": _head("It has ended")})


@private_page
@require_http_methods(["GET", "HEAD", "POST"])
def preferences(request: HttpRequest, token: str) -> HttpResponse:
    """What somebody gets, what is kept of them, and how to change or end it."""
    subscriber = subscriptions.subscriber_of(token, salt=subscriptions.PREFERENCES_SALT)
    if subscriber is None:
        context = {"subscriber": None, "head": _head("Your newsletter")}
        return render(request, "newsletter/preferences.html", context, status=404)
    form = PreferencesForm(
        request.POST if "save" in request.POST else None,
        initial={
            "frequency": subscriber.frequency,
            "topics": [topic.key for topic in topics.chosen(subscriber.topics)],
        },
    )
    if request.method == "POST":
        if "erase" in request.POST:
            _erase(subscriber, never="never" in request.POST)
            return render(request, "newsletter/erased.html", {"head": _head("It is erased")})
        if _change(request, subscriber, form):
            return redirect(f"{request.path}?done=1")
    return render(
        request,
        "newsletter/preferences.html",
        {
            "subscriber": subscriber,
            "form": form,
            "done": "done" in request.GET and request.method != "POST",
            "never": suppressions.is_suppressed(subscriber.email),
            "mails": mail.count_for(subscriber.email),
            **_choice(subscriber),
            "head": _head("Your newsletter"),
        },
    )


def _change(request: HttpRequest, subscriber: Subscriber, form: PreferencesForm) -> bool:
    """Do what was asked for; False where nothing can be done, or nothing was asked."""
    if "lift" in request.POST:
        suppressions.lift(address=subscriber.email)
    elif "end" in request.POST or "never" in request.POST:
        subscriptions.end(subscriber=subscriber, never="never" in request.POST)
    elif form.is_valid():
        subscriptions.choose(
            subscriber=subscriber, frequency=form.cleaned_data["frequency"], chosen=form.chosen
        )
    else:
        return False
    return True


def _erase(subscriber: Subscriber, *, never: bool) -> None:
    if never:
        subscriptions.end(subscriber=subscriber, never=True)
    subscriptions.erase(email=subscriber.email)
    mail.forget_address(subscriber.email)


def _choice(subscriber: Subscriber) -> dict[str, Any]:
    return {
        "frequency": Frequency(subscriber.frequency).label,
        "topics": topics.names_of(subscriber.topics),
    }
