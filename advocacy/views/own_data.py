"""What is stored under somebody's own address. A GET changes nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django.http import HttpResponseBadRequest, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from advocacy import notices, own_data
from advocacy.forms import OwnDataForm
from advocacy.own_data import LinkState
from advocacy.views.heads import private_head
from cms.core import limits
from cms.core.private_pages import one_click_page, private_page

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from advocacy.models import DataRequest

# Several people may ask from one address; the mails to each of theirs are capped as well.
A_NETWORK = "20/h"
TOO_MANY = "Very many have asked from your network. Send the form once more in an hour."
GONE = {LinkState.BROKEN: 404, LinkState.EXPIRED: 410}
DONE = {
    "signature": "The signature is erased.",
    "newsletter": "The subscription is erased.",
    "nothing": "There was nothing left to erase.",
}


@private_page
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest) -> HttpResponse:
    """The form, and the same next page for every address."""
    form = OwnDataForm(request.POST or None)
    status = 200
    if request.method == "POST" and form.is_valid():
        network = limits.client_network(request)
        if limits.within(request, what="own_data.ask", who=network, rate=A_NETWORK):
            if not form.is_from_a_machine:
                own_data.ask(email=form.cleaned_data["email"])
            return redirect("advocacy:own_data_sent")
        form.add_error(None, TOO_MANY)
        status = 429
    head = {
        **private_head("Your signatures"),
        "description": "See, download and erase what is kept under your address.",
        "noindex": False,
    }
    return render(
        request, "advocacy/own_data_ask.html", {"form": form, "head": head}, status=status
    )


@private_page
@require_safe
def sent(request: HttpRequest) -> HttpResponse:
    """Look into your mail: the same page for everybody."""
    return render(
        request, "advocacy/own_data_sent.html", {"head": private_head("Look into your mail")}
    )


@private_page
@require_http_methods(["GET", "HEAD", "POST"])
def shown(request: HttpRequest, token: str) -> HttpResponse:
    """Everything under the address, with buttons that erase it."""
    link = own_data.look_up(token)
    if link.request is None:
        return _gone(request, link.state)
    if request.method == "POST":
        return _act(request, link.request, token)
    return render(
        request,
        "advocacy/own_data.html",
        {
            "stored": own_data.stored_for(link.request),
            "token": token,
            "done": DONE.get(request.GET.get("done", ""), ""),
            "head": private_head("Your signatures"),
        },
    )


@private_page
@require_safe
def download(request: HttpRequest, token: str) -> HttpResponse:
    """The same as a file."""
    link = own_data.look_up(token)
    if link.request is None:
        return _gone(request, link.state)
    return JsonResponse(
        own_data.as_json(own_data.stored_for(link.request)),
        json_dumps_params={"indent": 2, "ensure_ascii": False},
        headers={"Content-Disposition": 'attachment; filename="my-signatures.json"'},
    )


@private_page
@require_safe
def ended(request: HttpRequest) -> HttpResponse:
    """The link has ended, and perhaps everything with it."""
    return render(
        request,
        "advocacy/own_data_ended.html",
        {"erased": request.GET.get("erased") == "1", "head": private_head("The link has ended")},
    )


@one_click_page
@require_http_methods(["GET", "HEAD", "POST"])
def stop_notices(request: HttpRequest, token: str) -> HttpResponse:
    """The page that ends notices; a mail program may press its button by itself."""
    signature = notices.signature_of(token)
    stopped = request.method == "POST" and notices.stop(token=token)
    return render(
        request,
        "advocacy/notices_stop.html",
        {
            "state": (
                "broken"
                if signature is None
                else "done"
                if stopped or not signature.wants_outcome
                else "ready"
            ),
            "head": private_head("No more notices"),
        },
        status=404 if signature is None else 200,
    )


def _act(request: HttpRequest, data_request: DataRequest, token: str) -> HttpResponse:
    what = request.POST.get("erase", "")
    if what == "everything":
        own_data.erase_everything(request=data_request)
        return redirect("/my-signatures/ended/?erased=1")
    if what == "link":
        own_data.end_link(request=data_request)
        return redirect("advocacy:own_data_ended")
    if what == "newsletter":
        done = "newsletter" if own_data.erase_newsletter(request=data_request) else "nothing"
    else:
        try:
            reference = UUID(what)
        except ValueError:
            return HttpResponseBadRequest("The request was incomplete. Reload the page.")
        erased = own_data.erase_signature(request=data_request, reference=reference)
        done = "signature" if erased else "nothing"
    return redirect(f"/my-signatures/{token}/?done={done}")


def _gone(request: HttpRequest, state: LinkState) -> HttpResponse:
    return render(
        request,
        "advocacy/own_data_gone.html",
        {"state": state.value, "head": private_head("This link does not work")},
        status=GONE[state],
    )
