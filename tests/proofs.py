"""Proofs of work, worked out as a browser does."""

from __future__ import annotations

import html
import json
import re

import altcha
from django.test import Client

from advocacy.models import Petition
from cms.core import proof_of_work


def solved(challenge: str) -> str:
    """What a browser sends for a challenge."""
    given = altcha.Challenge.from_dict(json.loads(challenge))
    solution = altcha.solve_challenge(given)
    assert solution is not None
    return altcha.Payload(given, solution).to_base64()


def proof(purpose: str) -> str:
    """A new proof."""
    return solved(proof_of_work.challenge(purpose))


def from_page(client: Client, petition: Petition) -> str:
    """A proof for the challenge on a petition's page."""
    page = client.get(petition.get_absolute_url()).content.decode()
    found = re.search(r'data-challenge="([^"]+)"', page)
    assert found
    return solved(html.unescape(found[1]))
