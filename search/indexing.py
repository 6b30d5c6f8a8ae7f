"""Keeps the index right: what changed is looked at again in the transaction that changed it.

So the index is never behind its database, and nothing is lost when a process dies.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction

from search import embedded, outward
from search.documents import Document, documents, every_id
from search.engine import SLOT_BITS
from search.labels import KIND_NUMBERS
from search.models import Entry, Kind, Word

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

BATCH = 200
# Whoever else looks at the same things is waited for, and then what they wrote is seen.
ATTEMPTS = 3
_WORD = re.compile(r"[^\W\d_]{3,40}")


def refresh(kind: str, object_ids: Iterable[int]) -> int:
    """Make the index say of these things what is true now; how many entries were changed."""
    ids = sorted(set(object_ids))
    return sum(_after_others(kind, ids[at : at + BATCH]) for at in range(0, len(ids), BATCH))


def rebuild(kind: str) -> Iterator[int]:
    """Look at everything of a kind again while readers go on searching; yields how many at a time.

    What is right stays as it is, so this mends an index and makes one from nothing.
    """
    ids = every_id(kind)
    for at in range(0, len(ids), BATCH):
        part = ids[at : at + BATCH]
        _after_others(kind, part)
        yield len(part)
    kept = set(ids)
    entries = Entry.objects.filter(kind=kind).values_list("object_id", flat=True)
    refresh(kind, [object_id for object_id in entries if object_id not in kept])


def forget_words() -> int:
    """Drop the words that no text holds any more; how many."""
    held: set[str] = set()
    for texts in embedded.index().every_text():
        held |= words_of(texts)
    stale = [word for word in Word.objects.values_list("word", flat=True) if word not in held]
    for at in range(0, len(stale), 500):
        Word.objects.filter(word__in=stale[at : at + 500]).delete()
    return len(stale)


def words_of(texts: Iterable[str]) -> set[str]:
    """The words of texts, in small letters and without accents, as spelling compares them."""
    return set(_WORD.findall(bare(" ".join(texts))))


def bare(text: str) -> str:
    """A text in small letters and without accents."""
    if text.isascii():
        return text.lower()
    parts = unicodedata.normalize("NFKD", text.casefold())
    return "".join(part for part in parts if not unicodedata.combining(part))


def _after_others(kind: str, ids: Sequence[int]) -> int:
    """Refresh, and again where somebody else wrote the same entry at the same moment."""
    for _ in range(ATTEMPTS - 1):
        with suppress(IntegrityError):
            return _refresh(kind, ids)
    return _refresh(kind, ids)


@transaction.atomic
def _refresh(kind: str, ids: Sequence[int]) -> int:
    index = embedded.index()
    known = {entry.object_id: entry for entry in Entry.objects.filter(kind=kind, object_id__in=ids)}
    whole = index.slots_with_text([entry.slot for entry in known.values()])
    changed: list[Document] = []
    gone = dict(known)
    for document in documents(kind, ids):
        entry = gone.pop(document.object_id, None)
        if entry is None or entry.digest != document.digest or entry.slot not in whole:
            changed.append(document)
    stale = [entry.slot for entry in gone.values()]
    stale += [known[one.object_id].slot for one in changed if one.object_id in known]
    if stale:
        index.erase(stale)
        Entry.objects.filter(slot__in=stale).delete()
    _write(changed)
    touched = [*gone, *(document.object_id for document in changed)]
    if touched:
        outward.note(kind, touched)
    return len(touched)


def _write(changed: Sequence[Document]) -> None:
    if not changed:
        return
    slots = _free_slots(changed)
    Entry.objects.bulk_create(
        Entry(
            slot=slot,
            kind=document.kind,
            object_id=document.object_id,
            labels=document.labels,
            digest=document.digest,
        )
        for slot, document in zip(slots, changed, strict=True)
    )
    embedded.index().write(
        (slot, *document.texts, document.labels)
        for slot, document in zip(slots, changed, strict=True)
    )
    _learn(set().union(*(words_of(document.texts) for document in changed)))


def _free_slots(changed: Sequence[Document]) -> list[int]:
    """A slot for each document, at its moment or as soon after it as one is free."""
    most = (1 << SLOT_BITS) - 1
    wanted = [
        int(document.moment.timestamp()) << SLOT_BITS
        | ((document.object_id * len(KIND_NUMBERS) + KIND_NUMBERS[document.kind]) & most)
        for document in changed
    ]
    taken = set(Entry.objects.filter(slot__in=wanted).values_list("slot", flat=True))
    return [_next_free(slot, taken) for slot in wanted]


def _next_free(slot: int, taken: set[int]) -> int:
    while slot in taken:
        slot += 1
        if slot not in taken and Entry.objects.filter(slot=slot).exists():
            taken.add(slot)
    taken.add(slot)
    return slot


def _learn(words: AbstractSet[str]) -> None:
    """Remember words that were never seen, in one order everywhere so that two writers can't lock."""
    ordered = sorted(words)
    for at in range(0, len(ordered), 500):
        part = ordered[at : at + 500]
        seen = set(Word.objects.filter(word__in=part).values_list("word", flat=True))
        Word.objects.bulk_create(
            [Word(word=word) for word in part if word not in seen], ignore_conflicts=True
        )


KINDS: tuple[str, ...] = tuple(Kind.values)
