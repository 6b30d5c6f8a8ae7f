"""A petition that a million have signed, and what became of those who sign it now.

Import it once Django has its settings.
"""

from __future__ import annotations

import time

from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from advocacy import admission
from advocacy.models import Petition, Signature
from benchmarks.measuring.signer import solved
from cms.core import proof_of_work

SLUG = "measured"
PATH = f"/petitions/{SLUG}/"
# What differs from one signature to the next; all else is as in the first.
NUMBERED = {
    "reference": "gen_random_uuid()",
    "name": "'Ada ' || n",
    "email": "'old-' || n || '@example.org'",
    "email_key": "'old-' || n || '@example.org'",
    "display": "CASE WHEN n % 1000 = 0 THEN 'shown' ELSE display END",
    "created_at": "created_at - n * interval '1 second'",
    "confirmed_at": "confirmed_at - n * interval '1 second'",
}


def prepare(signatures: int) -> None:
    """Migrate, and make a petition with so many confirmed signatures."""
    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    if Signature.objects.exists():
        raise SystemExit("This database has signatures in it. Name an empty one.")
    petition = Petition.objects.create(
        slug=SLUG,
        title="Finish the lead pipes",
        summary="In ten years.",
        ask="<p>We ask.</p>",
        goal=2_000_000,
        status=Petition.Status.OPEN,
        live=True,
        confirmed_count=signatures,
    )
    fill(petition, signatures)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def fill(petition: Petition, signatures: int) -> None:
    """Put so many confirmed signatures under it, whatever columns their table has."""
    if not signatures:
        return
    first = Signature.objects.create(
        petition=petition,
        name="Ada 1",
        email="old-1@example.org",
        email_key="old-1@example.org",
        postal_code="53703",
        status=Signature.Status.CONFIRMED,
        confirmed_at=timezone.now(),
    )
    columns = [field.column for field in Signature._meta.concrete_fields if not field.primary_key]
    values = [NUMBERED.get(column, column) for column in columns]
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO advocacy_signature ({', '.join(columns)}) SELECT {', '.join(values)}"  # noqa: S608 - our own columns
            f" FROM advocacy_signature, generate_series(2, {int(signatures)}) AS n"
            f" WHERE id = {int(first.pk)}"
        )


def queries_of_the_page() -> tuple[int, bool]:
    """How many queries the petition's page costs, and whether one of them counts signatures."""
    client = Client(headers={"host": "127.0.0.1", "x-forwarded-proto": "https"})
    client.get(PATH)
    with CaptureQueriesContext(connection) as captured:
        client.get(PATH)
    asked = [query["sql"].lower() for query in captured.captured_queries]
    return len(asked), any("count(" in sql and "advocacy_signature" in sql for sql in asked)


def outcome() -> dict[str, int]:
    """What the database says of the new signatures, and the petition of all."""
    new = Signature.objects.filter(email_key__startswith="signer-")
    return {
        "rows": new.count(),
        "confirmed": new.confirmed().count(),
        "on_the_petition": Petition.objects.get(slug=SLUG).confirmed_count,
    }


def disconnect() -> None:
    """Let the database be stopped."""
    connection.close()


def microseconds_of_a_proof() -> tuple[float, float]:
    """What making a challenge and checking a proof costs the server, whatever the work."""
    begun = time.perf_counter()
    for _ in range(1000):
        challenge = admission.challenge()
    made = time.perf_counter()
    proof = solved(challenge)
    begun_checking = time.perf_counter()
    good = sum(proof_of_work.check(proof, admission.PURPOSE) is not None for _ in range(1000))
    if good != 1000:
        raise SystemExit("A good proof was not taken.")
    return (made - begun) * 1000, (time.perf_counter() - begun_checking) * 1000
