"""Pages with one fault each, for the tests of the harness itself."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import include, path

GOOD = """<!doctype html>
<html lang="en"><head><title>A page</title><meta name="viewport" content="width=device-width">
<link rel="icon" href="data:,">%s</head>
<body><main><h1>A page</h1>%s</main></body></html>"""

FAULTY = {
    "good": "<p>Nothing is wrong here.</p>",
    "inline": "<script>document.title = 'Changed'</script>",
    "elsewhere": '<img src="https://elsewhere.example/dot.png" alt="A dot" width="9" height="9">',
    "throws": '<script src="/throws.js"></script>',
    "missing": '<img src="/nothing-here.png" alt="Nothing" width="9" height="9">',
    "unlabelled": '<form><input type="text" name="name"></form>',
    "pale": '<p style="color: #ccc; background: #fff">Pale words</p>',
    "unclosed": "<p><b>Bold</p>",
    "coloured": "<p>Dark or light</p>",
}
OPEN = {"pale", "unlabelled"}
POLICY = "default-src 'none'; script-src 'self'; img-src *; connect-src 'self'"


def faulty(request: HttpRequest, name: str) -> HttpResponse:
    """A page with the fault of that name, under a strict policy."""
    response = HttpResponse(GOOD % ("", FAULTY[name]))
    policy = POLICY + "; style-src 'unsafe-inline'" if name in OPEN else POLICY
    response["Content-Security-Policy"] = policy.replace("img-src *", "img-src * data:")
    return response


def broken(request: HttpRequest) -> HttpResponse:
    """A server error."""
    return HttpResponse("Broken", status=500)


def throws(request: HttpRequest) -> HttpResponse:
    """A script that throws."""
    return HttpResponse("throw new Error('thrown on purpose')", content_type="text/javascript")


urlpatterns = [
    path("broken/", broken),
    path("throws.js", throws),
    path("<slug:name>/", faulty),
    # What our own page of an error leads to.
    path("", include("cms.urls")),
]
