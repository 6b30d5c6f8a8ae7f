"""What the benchmarks are run with, and what is wanted of each figure: the one place for both."""

from __future__ import annotations

from dataclasses import dataclass

Keys = tuple[str, ...]
# In arguments: the address of an empty PostgreSQL that is there for this run only.
POSTGRESQL = "{postgresql}"


@dataclass(frozen=True)
class Run:
    """One script with its arguments, as `make bench` runs it."""

    name: str
    script: str
    full: tuple[str, ...]
    quick: tuple[str, ...]
    # Minutes after which it is ended.
    patience: float = 15
    quick_patience: float = 4


@dataclass(frozen=True)
class Wanted:
    """A figure in the last line of a run, and its bounds.

    A bound is a number, or where the script's own last line says it. With a ``floor`` the bounds
    are of the figure's ratio to it; the floor is one of the same run unless ``floor_run`` names
    another.
    """

    run: str
    what: str
    figure: Keys
    at_least: float | Keys | None = None
    at_most: float | Keys | None = None
    unit: str = ""
    floor: Keys = ()
    floor_name: str = ""
    floor_run: str = ""


RUNS = (
    Run(
        "pages",
        "pages.py",
        ("--articles=100", f"--database={POSTGRESQL}"),
        ("--articles=100", f"--database={POSTGRESQL}", "--rounds=3", "--seconds=3"),
    ),
    Run(
        "pages at scale",
        "pages.py",
        ("--articles=100000", f"--database={POSTGRESQL}"),
        ("--articles=10000", f"--database={POSTGRESQL}", "--rounds=3", "--seconds=3"),
        patience=60,
        quick_patience=6,
    ),
    Run("spike", "spike.py", (), ("--articles=200", "--rounds=3", "--seconds=2")),
    Run("soak", "soak.py", (), ("--minutes=2",), patience=25, quick_patience=5),
    Run("search", "search.py", (), ("--articles=5000", "--requests=20"), patience=60),
    Run(
        "search, PostgreSQL",
        "search.py",
        ("--postgresql",),
        ("--postgresql", "--articles=5000", "--requests=20"),
        patience=60,
    ),
    Run("related", "related.py", (), ("--stories=10000", "--questions=200"), patience=30),
    Run("representatives", "representatives.py", (), ("--requests=400",)),
    Run("signing", "signing.py", (), ("--signatures=50000", "--signers=600")),
    Run("newsletter", "newsletter.py", (), ("--subscribers=3000",)),
    Run(
        "newsletter, a worker killed",
        "newsletter.py",
        ("--kill", "--subscribers=6000"),
        ("--kill", "--subscribers=1500"),
        quick_patience=6,
    ),
    Run("feeds", "feeds.py", (), ("--feeds=60",)),
    Run("editor", "editor.py", (), ("--times=2",)),
    Run("lighthouse", "lighthouse.py", (), ("--rounds=1",), patience=30, quick_patience=10),
    Run("drafting", "drafting/run.py", (), ()),
)


# Answers for a second that the server has of a processor.
RATE = "/CPU-s"


def _point(
    what: str, point: str, *, at_least: float, floor: str = "", floor_name: str = ""
) -> Wanted:
    """A point of spike.py, by the processor; alone or against another of its points."""
    return Wanted(
        run="spike",
        what=what,
        figure=("points", point, "per_cpu_second"),
        at_least=at_least,
        unit=RATE,
        floor=("points", floor, "per_cpu_second") if floor else (),
        floor_name=floor_name or floor,
    )


def _growth(what: str, *figure: str, is_share: bool) -> Wanted:
    """What something costs with many articles, against a hundred.

    Shares of Django's floor are smaller where more is spent, milliseconds larger.
    """
    few, many = "pages", "pages at scale"
    return Wanted(
        run=few if is_share else many,
        what=f"{what}: cost with many articles",
        figure=figure,
        at_most=1.5,
        unit="of Django’s floor" if is_share else "ms",
        floor=figure,
        floor_run=many if is_share else few,
        floor_name="with 100 articles",
    )


def _visit(page: str, *, requests: int | None = None) -> list[Wanted]:
    """What a page is to be on a slow phone."""
    run, place = "lighthouse", ("pages", page)
    found = [
        Wanted(run, f"{page}: {what}", (*place, what.replace(" ", "_").lower()), at_least=100)
        for what in ("performance", "accessibility", "best practices", "SEO")
    ]
    found += [
        Wanted(run, f"{page}: layout shift", (*place, "cls"), at_most=0),
        Wanted(run, f"{page}: HTML, CSS, JS", (*place, "bytes"), at_most=60_000, unit="bytes"),
    ]
    if requests:
        what = f"{page}: first view, pictures aside"
        found.append(Wanted(run, what, (*place, "requests"), at_most=requests, unit="requests"))
    return found


WANTED = (
    _point("article, page cache off", "article, cache off", at_least=150),
    _point(
        "article, page cache off",
        "article, cache off",
        at_least=round(1 / 30, 3),
        floor="Django, gunicorn",
    ),
    _point("listing, page cache off", "listing, cache off", at_least=100),
    Wanted("pages", "article", ("pages", "article", "queries"), at_most=12, unit="queries"),
    _point("article, kept", "article, kept", at_least=1, floor="Django, granian"),
    _point("article, kept", "article, kept", at_least=0.5, floor="bare WSGI, granian"),
    _point(
        "article, nginx in front",
        "article, kept by nginx",
        at_least=0.8,
        floor="nginx, static file",
    ),
    Wanted(
        "spike",
        "a change is read after",
        ("purge", "many", "seen_after_ms"),
        at_most=1000,
        unit="ms",
    ),
    Wanted("spike", "purge, few pages kept", ("purge", "few", "purge_ms"), at_most=20, unit="ms"),
    Wanted("spike", "purge, all pages kept", ("purge", "many", "purge_ms"), at_most=20, unit="ms"),
    Wanted(
        "spike", "100 readers of a cold page", ("cold", "renderings"), at_most=1, unit="renderings"
    ),
    _growth("article", "ratios", "article", is_share=True),
    _growth("home", "ratios", "home", is_share=True),
    _growth("category", "ratios", "category", is_share=True),
    _growth("search", "ratios", "search", is_share=True),
    _growth("the admin’s list of pages", "editors", "list of pages", "ms", is_share=False),
    _growth("opening 60 blocks", "editors", "open, 60 blocks", "ms", is_share=False),
    *(
        Wanted(
            run="editor",
            what=f"{does} 60 blocks",
            figure=("blocks", "60", act, "ours_ms"),
            at_most=1.2,
            unit="ms",
            floor=("blocks", "60", act, "stock_ms"),
            floor_name="a page of Wagtail’s with the same blocks",
        )
        for does, act in (("opening", "open"), ("saving", "save"))
    ),
    Wanted("pages", "article’s HTML, CSS and JS", ("weight",), at_most=60_000, unit="bytes"),
    Wanted("spike", "memory of a web process", ("web_mb",), at_most=200, unit="MB"),
    Wanted("soak", "memory of a web process", ("web_mb",), at_most=200, unit="MB"),
    Wanted("soak", "memory of the worker", ("worker_mb",), at_most=200, unit="MB"),
    Wanted("soak", "memory gained after warming up", ("growth_percent",), at_most=5, unit="%"),
    Wanted("soak", "errors", ("errors",), at_most=0),
    Wanted("soak", "oldest page after a change", ("oldest_s",), at_most=5, unit="s"),
    *(
        wanted
        for run in ("search", "search, PostgreSQL")
        for wanted in (
            Wanted(run, "pages of results, p95", ("p95_ms",), at_most=("limit_ms",), unit="ms"),
            Wanted(
                run,
                "suggestions, p95",
                ("suggest_p95_ms",),
                at_most=("suggest_limit_ms",),
                unit="ms",
            ),
            Wanted(
                run,
                "indexing",
                ("rebuild_per_s",),
                at_least=("rebuild_limit_per_s",),
                unit="articles/s",
            ),
        )
    ),
    Wanted("related", "precision at 10", ("precision_at_10",), at_least=("least_precision",)),
    Wanted("related", "a question, mean", ("mean_ms",), at_most=("most_ms",), unit="ms"),
    Wanted("related", "memory", ("memory_mb",), at_most=("most_mb",), unit="MB"),
    Wanted("representatives", "a ZIP code, p95", ("p95_ms",), at_most=("limit_ms",), unit="ms"),
    Wanted(
        "signing",
        "signing",
        ("signings_per_second",),
        at_least=("wanted", "signings_per_second"),
        unit="/s",
    ),
    Wanted("signing", "signing, p95", ("p95_ms",), at_most=("wanted", "p95_ms"), unit="ms"),
    Wanted(
        "signing",
        "the petition’s page",
        ("queries_of_the_page",),
        at_most=("wanted", "queries_of_the_page"),
        unit="queries",
    ),
    Wanted(
        "newsletter",
        "sending",
        ("mails_per_second",),
        at_least=("wanted", "mails_per_second"),
        unit="mails/s",
    ),
    Wanted("newsletter", "subscribers without a mail", ("none",), at_most=0),
    Wanted("newsletter", "subscribers with two mails", ("twice",), at_most=0),
    Wanted("newsletter, a worker killed", "subscribers without a mail", ("none",), at_most=0),
    Wanted(
        "newsletter, a worker killed", "subscribers with two mails", ("twice",), at_most=("batch",)
    ),
    Wanted("feeds", "first poll", ("first_seconds",), at_most=("limit_seconds",), unit="s"),
    Wanted("feeds", "requests of the second poll", ("second_requests",), at_most=("feeds",)),
    Wanted("feeds", "stories that it changed", ("second_stories_changed",), at_most=0),
    *_visit("home", requests=4),
    *_visit("article", requests=4),
    *_visit("category", requests=4),
    # Its form brings styles, and a proof that nobody floods it.
    *_visit("petition"),
    Wanted("drafting", "replies that were of use", ("valid",), at_least=("sections",)),
    Wanted("drafting", "made-up contacts left", ("left", "contacts"), at_most=0),
    Wanted("drafting", "markup left", ("left", "markdown"), at_most=0),
    Wanted("drafting", "orders of a poisoned source followed", ("left", "poison"), at_most=0),
)

# Wanted as well, and measured by no script here; why.
NOT_MEASURED = (("a search server’s p95", "≤ 60 ms", "needs a server: search.py --server"),)
