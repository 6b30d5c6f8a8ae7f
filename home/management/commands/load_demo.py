"""Loads the demo newsroom into an empty site."""

from __future__ import annotations

import os
import secrets
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.test.utils import override_settings
from tqdm import tqdm

from cms.core.page_cache import tags
from cms.llm.standin import StandIn
from home.demo import loader

if TYPE_CHECKING:
    from django.core.management.base import CommandParser


class Command(BaseCommand):
    """About a dozen articles, their registry, and somebody for every role."""

    help = "Load the demo newsroom; on a site that has it, only set the passwords."

    def add_arguments(self, parser: CommandParser) -> None:
        """The password of the five logins."""
        parser.add_argument(
            "--password",
            default=os.environ.get("DEMO_PASSWORD"),
            help="For all five logins. DEMO_PASSWORD, else one is made up and printed.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Load, or only set passwords where there is something already."""
        password = options["password"] or secrets.token_urlsafe(9)
        loaded = loader.is_loaded()
        staff = loader.people(password=password)
        if not options["password"]:
            self.stdout.write(f"Password of all logins: {password}")
        if loaded:
            self.stdout.write("The demo newsroom is here already; only the passwords were set.")
            return
        with ExitStack() as stack:
            if not settings.OPENAI_API_KEY:
                # Without a key the drafts come from a stand-in of our own, just for the loading.
                server = stack.enter_context(StandIn())
                stack.enter_context(
                    override_settings(OPENAI_BASE_URL=server.base_url, OPENAI_MODEL="stand-in")
                )
            newsroom = loader.Newsroom(staff=staff, with_model=not settings.OPENAI_API_KEY)
            steps = tqdm(newsroom.load(), total=14, desc="Demo newsroom", ncols=78, leave=False)
            for _ in steps:
                pass
        tags.touch(tags.SITE)
        self.stdout.write("The demo newsroom is loaded.")
