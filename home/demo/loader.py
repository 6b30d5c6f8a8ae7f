"""Loads the demo newsroom through the same functions that people use.

Drafted commentary is really drafted (by the offline stand-in), revised, sent to review and approved,
so that what the demo shows of its making is true of it.
"""

from __future__ import annotations

import random
import tomllib
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from django.contrib.auth.models import Group
from django.core.files.images import ImageFile
from django.db import transaction
from django.utils import timezone
from wagtail.models import Site

from advocacy import districts, reports, tally
from advocacy.channels import ChannelKind
from advocacy.models import (
    AdvocacySettings,
    Channel,
    Delivery,
    Display,
    Letter,
    LetterTarget,
    Petition,
    PetitionTarget,
    Problem,
    Representative,
    Signature,
    SignatureStatus,
)
from cms.core.mail import address_key
from cms.core.models import Picture, SiteSettings, User
from home.demo import feeds, newsletters
from home.models import HomePage, StandardPage
from news import reviews
from news.drafting import runs
from news.models import (
    ArticleIndexPage,
    ArticlePage,
    Category,
    CategoryIndexPage,
    RelatedLink,
    Review,
    Section,
    Source,
)

CONTENT = Path(__file__).parent
PEOPLE = (
    # login, first name, last name, group
    ("admin", "Alma", "Reyes", None),
    ("editor", "Noor", "Haddad", "Editors"),
    ("reviewer", "Jonas", "Whitfield", "Reviewers"),
    ("moderator", "Mina", "Okafor", "Moderators"),
    ("campaigner", "Theo", "Lindgren", "Campaigners"),
)
SIGNATURES = {
    "put-ukraines-guarantee-in-writing": 412,
    "finish-the-lead-pipes": 1284,
    "a-polling-place-for-everyone": 96,
    "ratify-the-kigali-amendment": 1043,
}
# Most people write nothing.
COMMENTS = (
    *[""] * 9,
    "My children drink this water.",
    "I have written to my senator twice. This time we are many.",
    "It is already the law in our town, and it works.",
)
REGISTRY = {"petition": Petition, "representative": Representative, "letter": Letter}


def read(name: str) -> dict[str, Any]:
    """One file of the demo's content."""
    return tomllib.loads((CONTENT / name).read_text(encoding="utf-8"))


def is_loaded() -> bool:
    """Whether the demo newsroom is here already."""
    return User.objects.filter(username="editor").exists() and ArticlePage.objects.exists()


def people(*, password: str) -> dict[str, User]:
    """The five who log in, each with the password; made where missing."""
    result = {}
    for login, first_name, last_name, group in PEOPLE:
        user, _ = User.objects.get_or_create(
            username=login,
            defaults={
                "first_name": first_name,
                "last_name": last_name,
                "email": f"{login}@newsroom.example",
                "is_superuser": group is None,
                "is_staff": group is None,
            },
        )
        user.set_password(password)
        user.save(update_fields=["password"])
        if group:
            user.groups.set([Group.objects.get(name=group)])
        result[login] = user
    return result


@dataclass
class Newsroom:
    """The demo newsroom while it is loaded; later steps find here what earlier ones made."""

    staff: dict[str, User]
    with_model: bool
    site: Site = field(default_factory=lambda: Site.objects.get(is_default_site=True))
    pictures: dict[str, Picture] = field(default_factory=dict)

    def load(self) -> Iterator[str]:
        """Everything or nothing, in the order in which one thing needs another; says what is done.

        A loading that was interrupted leaves no half of a newsroom, which could not be completed.
        """
        with transaction.atomic():
            yield from self._load()

    def _load(self) -> Iterator[str]:
        self.site_settings()
        self.representatives()
        self.district_map()
        self.petitions()
        self.letters()
        self.reported_contacts()
        self.subjects()
        feeds.load(read("stories.toml")["feeds"])
        self.standard_pages()
        yield "Registry, petitions, letters, pages"
        # The oldest first, as a newsroom writes them: lists by age of the row begin with the newest.
        for path in sorted((CONTENT / "articles").glob("*.toml"), reverse=True):
            article = tomllib.loads(path.read_text(encoding="utf-8"))
            self.article(article)
            yield article["title"]
        newsletters.load(read("newsletter.toml"), site=self.site, editor=self.staff["editor"])
        yield "Newsletter"

    # The site -------------------------------------------------------------------------------------

    def site_settings(self) -> None:
        """Name, tagline, footer."""
        content = read("site.toml")
        settings = SiteSettings.for_site(self.site)
        for name in (
            "site_name",
            "tagline",
            "footer",
            "copyright_notice",
            "responsible_entity",
        ):
            setattr(settings, name, content[name])
        settings.save()

    def standard_pages(self) -> None:
        """About, policy, privacy, corrections."""
        home = HomePage.objects.get()
        for content in read("pages.toml")["pages"]:
            if StandardPage.objects.filter(slug=content["slug"]).exists():
                continue
            page = StandardPage(
                title=content["title"],
                slug=content["slug"],
                introduction=content.get("introduction", ""),
                show_in_menus=True,
                body=[_prose(block) for block in content["body"]],
                owner=self.staff["editor"],
            )
            home.add_child(instance=page)
            page.save_revision(user=self.staff["editor"]).publish(user=self.staff["editor"])

    def subjects(self) -> None:
        """Categories and sources."""
        for content in read("categories.toml")["categories"]:
            Category.objects.update_or_create(slug=content["slug"], defaults=content)
        for content in read("sources.toml")["sources"]:
            feeds.source(content["name"], content["home_page"], content["domains"])
        index = CategoryIndexPage.objects.get()
        index.introduction = "Every article, by what it is about."
        index.save_revision(user=self.staff["editor"]).publish(user=self.staff["editor"])

    # The registry ---------------------------------------------------------------------------------

    def representatives(self) -> None:
        """Members of Congress with the ways to reach them."""
        for content in read("representatives.toml")["representatives"]:
            channels = content.pop("channels")
            representative = Representative(**content)
            representative.channels = [
                Channel(sort_order=number, checked_by=self.staff["campaigner"], **channel)
                for number, channel in enumerate(channels)
            ]
            self._publish(representative)

    def district_map(self) -> None:
        """A dozen ZIP codes of those members' districts: whole, split, and one that is vacant."""
        districts.replace_map(
            districts.read_map((CONTENT / "districts.csv").read_bytes()),
            congress=districts.CONGRESS,
            published_on=max(districts.PUBLISHED_ON.values()),
            source_address=districts.PROJECT,
        )

    def petitions(self) -> None:
        """Petitions with their targets and signatures."""
        today = timezone.localdate()
        for content in read("petitions.toml")["petitions"]:
            del content["categories"]
            targets = content.pop("targets")
            deliveries = content.pop("deliveries", [])
            opened = content.pop("opens_days_ago", None)
            closes = content.pop("closes_in_days", None)
            signers = content.pop("signers", [])
            if opened is not None:
                content["opens_on"] = today - timedelta(days=opened)
            if closes is not None:
                content["closes_on"] = today + timedelta(days=closes)
            petition = Petition(**content)
            petition.target_rows = [
                PetitionTarget(sort_order=number, representative=self._representative(slug))
                for number, slug in enumerate(targets)
            ]
            self._publish(petition)
            self._sign(petition, SIGNATURES.get(petition.slug, 0))
            self._show(petition, signers)
            if petition.has_ended and petition.closes_on:
                Petition.objects.filter(pk=petition.pk).update(closed_at=_noon(petition.closes_on))
            for delivery in deliveries:
                to = self._representative(delivery.pop("representative"))
                Delivery.objects.create(petition=petition, representative=to, **delivery)
        tally.update()
        settings = AdvocacySettings.for_site(self.site)
        settings.default_petition = Petition.objects.get(slug=read("site.toml")["default_petition"])
        settings.save()

    def letters(self) -> None:
        """Letters with their targets."""
        for content in read("letters.toml")["letters"]:
            targets = content.pop("targets")
            letter = Letter(**content)
            letter.target_rows = [
                LetterTarget(sort_order=number, representative=self._representative(slug))
                for number, slug in enumerate(targets)
            ]
            self._publish(letter)

    def reported_contacts(self) -> None:
        """Something for campaigners to decide on."""
        senator = self._representative("tammy-baldwin")
        reports.report(
            representative=senator,
            channel=senator.channels.filter(kind=ChannelKind.PHONE).last(),
            problem=Problem.DEAD,
            remark="It rings, and then a fax machine answers.",
        )

    def _representative(self, slug: str) -> Representative:
        return Representative.objects.get(slug=slug)

    def _publish(self, snippet: Any) -> None:
        snippet.live = False
        snippet.save()
        snippet.save_revision(user=self.staff["campaigner"]).publish(user=self.staff["campaigner"])

    def _sign(self, petition: Petition, count: int) -> None:
        """Confirmed signatures of people who do not exist."""
        dice = random.Random(petition.slug)  # noqa: S311 - made-up names, not secrets
        first = ("Ada", "Ben", "Cleo", "Dan", "Eva", "Femi", "Grace", "Hana", "Ivan", "June")
        last = ("Abbott", "Baker", "Castro", "Diaz", "Evans", "Fischer", "Green", "Hall", "Ito")
        opened = petition.opens_on or timezone.localdate()
        last_day = min(petition.closes_on or timezone.localdate(), timezone.localdate())
        days = max((last_day - opened).days, 1)
        rows = []
        for number in range(count):
            email = f"signer{number}@readers.example"
            when = _noon(opened) + timedelta(minutes=dice.randrange(days * 1440))
            when = min(when, timezone.now())
            rows.append(
                Signature(
                    petition=petition,
                    name=f"{dice.choice(first)} {dice.choice(last)}",
                    email=email,
                    email_key=address_key(email),
                    status=SignatureStatus.CONFIRMED,
                    comment=dice.choice(COMMENTS),
                    postal_code=f"{dice.randrange(53701, 53795)}",
                    wants_outcome=number % 3 == 0,
                    created_at=when,
                    confirmed_at=when,
                )
            )
        Signature.objects.bulk_create(rows, batch_size=500)
        Petition.objects.filter(pk=petition.pk).update(confirmed_count=count)

    def _show(self, petition: Petition, signers: list[dict[str, Any]]) -> None:
        """Give the latest signatures to people with a name and, mostly, a reason."""
        latest = Signature.objects.filter(petition=petition).order_by("-confirmed_at")
        for row, signer in zip(latest[: len(signers)], signers, strict=True):
            row.name, row.postal_code = signer["name"], signer["postal_code"]
            row.comment = signer["comment"]
            row.display = Display.SHOWN if signer["shown"] else Display.WAITING
            row.save()

    # Articles -------------------------------------------------------------------------------------

    def article(self, content: dict[str, Any]) -> None:
        """One article, in the state that its file asks for."""
        editor = self.staff["editor"]
        published = timezone.now() - timedelta(days=content["published_days_ago"], hours=2)
        page = ArticlePage(
            title=content["title"],
            slug=content["slug"],
            introduction=content["introduction"],
            byline=content["byline"],
            source=Source.objects.get_or_create(name=content["source"])[0],
            source_address=content["source_address"],
            source_published_at=datetime.fromisoformat(content["source_published_at"]),
            source_time_zone=content["source_time_zone"],
            lead_image=self._picture(content),
            lead_image_alt=content["picture_alt"],
            lead_image_credit=content["picture_credit"],
            body=[_prose(block) for block in content["body"]],
            featured=content["featured"],
            petition=Petition.objects.filter(slug=content["petition"]).first(),
            first_published_at=published,
            owner=editor,
            live=False,
        )
        ArticleIndexPage.objects.get().add_child(instance=page)
        page.categories = Category.objects.filter(name__in=content["categories"])
        page.tags.add(*content["tags"])
        page.corrections = [
            page.corrections.model(date=_day(row), text=row["text"], sort_order=number)
            for number, row in enumerate(content.get("corrections", []))
        ]
        page.save()
        self._related(page, content.get("related", []))
        state = content["commentary"]
        if state != "approved":
            page.save_revision(user=editor).publish(user=editor)
        page = self._commentary(page, content, state)
        if state == "approved":
            page.get_latest_revision().publish(user=editor)
        ArticlePage.objects.filter(pk=page.pk).update(last_published_at=published)

    def _picture(self, content: dict[str, Any]) -> Picture | None:
        path = CONTENT / "pictures" / content["picture"]
        if not path.exists():
            return None
        with path.open("rb") as file:
            image = Picture(
                title=content["title"],
                description=content["picture_alt"][:255],
                credit=content["picture_credit"],
                uploaded_by_user=self.staff["editor"],
            )
            image.file.save(path.name, ImageFile(file, name=path.name), save=False)
            image.save()
        return image

    def _related(self, page: ArticlePage, links: list[dict[str, Any]]) -> None:
        for number, link in enumerate(links):
            RelatedLink.objects.create(
                article=page,
                address=link["address"],
                title=link["title"],
                publisher=link.get("publisher", ""),
                published_at=(
                    datetime.fromisoformat(link["published_at"]) if "published_at" in link else None
                ),
                position=(number + 1) * 10,
                decided_by=self.staff["moderator"],
                decided_at=timezone.now(),
            )

    def _commentary(self, page: ArticlePage, content: dict[str, Any], state: str) -> ArticlePage:
        """Draft, revise, ask, approve: as far as the state says."""
        editor = self.staff["editor"]
        drafted = content["drafted_by_model"] and self.with_model
        for section in Section.values:
            blocks = [_block(block) for block in content.get(section, [])]
            draft = self._draft(page, section) if drafted else []
            if state == "drafted":
                blocks = draft
            else:
                # The editor rewrote the model's blocks one by one, and wrote what is beyond them.
                for block, other in zip(blocks, draft, strict=False):
                    block["id"] = other["id"]
            setattr(page, section, blocks)
        page.save_revision(user=editor)
        latest: ArticlePage = page.get_latest_revision_as_object()
        if state in {"approved", "review-asked"}:
            for section_state in reviews.states_of(latest):
                if section_state.needs_approval:
                    self._review(latest, section_state, approve=state == "approved")
        return latest

    def _draft(self, page: ArticlePage, section: str) -> list[dict[str, Any]]:
        """Have a section drafted now; the blocks that came."""
        run = runs.start(
            page=page,
            site=self.site,
            section=section,
            key=uuid.uuid4(),
            requested_by=self.staff["editor"],
        )
        runs.execute(run.pk)
        run.refresh_from_db()
        blocks: list[dict[str, Any]] = run.blocks
        return blocks

    def _review(self, page: ArticlePage, state: reviews.SectionState, *, approve: bool) -> None:
        editor, reviewer = self.staff["editor"], self.staff["reviewer"]
        review = reviews.ask(
            page=page, section=state.section.value, asked_by=editor, reviewer=reviewer
        )
        if approve:
            reviews.decide(
                page=page,
                section=state.section.value,
                seen=state.digest,
                approve=True,
                reviewer=reviewer,
            )
            decided = (page.first_published_at or timezone.now()) - timedelta(hours=1)
            Review.objects.filter(pk=review.pk).update(
                asked_at=decided - timedelta(hours=2), decided_at=decided
            )


def _noon(day: date) -> datetime:
    return timezone.make_aware(datetime(day.year, day.month, day.day, 12))  # noqa: DTZ001


def _day(row: dict[str, Any]) -> date:
    if "date_days_ago" in row:
        return timezone.localdate() - timedelta(days=row["date_days_ago"])
    day: date = row["date"]
    return day


def _id() -> str:
    return str(uuid.uuid4())


def _prose(block: dict[str, Any]) -> dict[str, Any]:
    """A block of a running text as it is stored."""
    kind = block["type"]
    if kind in {"paragraph", "heading"}:
        value: Any = block["text"]
    else:
        value = {key: item for key, item in block.items() if key != "type"}
    return {"type": kind, "value": value, "id": _id()}


def _block(block: dict[str, Any]) -> dict[str, Any]:
    """A block of commentary as it is stored: registry entries by their number."""
    kind = block["type"]
    if kind == "paragraph":
        return {"type": kind, "value": block["text"], "id": _id()}
    value = {key: _plain(key, item) for key, item in block.items() if key != "type"}
    if kind == "group":
        value["items"] = [
            {
                "type": "item",
                "id": _id(),
                "value": {key: _plain(key, part) for key, part in item.items()},
            }
            for item in block["items"]
        ]
    if kind == "talking_points":
        value["points"] = [
            {"type": "item", "id": _id(), "value": point} for point in block["points"]
        ]
    return {"type": kind, "value": value, "id": _id()}


def _plain(key: str, value: Any) -> Any:
    if key in REGISTRY:
        entry = REGISTRY[key].objects.filter(slug=value).first() if value else None
        return entry.pk if entry else None
    return value.isoformat() if isinstance(value, date) else value
