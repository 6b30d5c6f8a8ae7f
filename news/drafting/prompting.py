"""What a model is told: the instructions of each section, and the article as data beside them.

Instructions are files in `prompts/`, each with a version that a draft run records. The article goes
into the user message, as one JSON document; nothing in it can become an instruction by its form.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

from news.drafting.guard.contacts import find_contacts
from news.drafting.guard.markup import plain_text
from news.drafting.guard.words import without_spans

SECTIONS = ("opinion", "action", "to_do")
PROMPTS = Path(__file__).with_name("prompts")
# Some 6,000 tokens: more than any report needs, and what a small local model can still read.
MOST_CHARACTERS = 24_000

_FILE = re.compile(r"(?P<name>[a-z_]+)\.v(?P<version>\d+)\.md")
_FRONT_MATTER = re.compile(r"\A---\n(?P<fields>.*?)\n---\n(?P<text>.*)\Z", re.DOTALL)


@dataclass(frozen=True)
class Prompt:
    """The instructions of one section; `version` names the files that they were made of."""

    section: str
    version: str
    text: str
    sha256: str


@dataclass(frozen=True)
class ArticleMaterial:
    """What a model is given of an article; texts may be HTML, and are sent as plain text."""

    title: str
    text: str
    introduction: str = ""
    source_name: str = ""
    source_address: str = ""
    # ISO 8601, with its offset; blank if nobody knows.
    source_published_at: str = ""
    categories: tuple[str, ...] = ()


@dataclass(frozen=True)
class RegistryEntry:
    """Something a draft may point at, by an id such as `petition:3`.

    `office` is what a representative holds, `about` what a petition or a letter asks for.
    """

    id: str
    kind: str
    name: str
    office: str = ""
    about: str = ""


class PromptMissing(ValueError):
    """No file holds the instructions that were asked for."""


def load_prompt(section: str, *, version: int | None = None) -> Prompt:
    """Read the newest instructions of a section, or those of one version.

    A prompt whose text changes needs a new version, and so a new file: the record of a run would
    otherwise name what nobody can look up again. A test holds every file to its hash.
    """
    return _load(section, version)


@lru_cache(maxsize=32)
def _load(section: str, version: int | None) -> Prompt:
    if section not in SECTIONS:
        raise PromptMissing(f"There is no section {section!r}; there are {', '.join(SECTIONS)}.")
    path = PROMPTS / f"{section}.v{version or _newest(section)}.md"
    fields, text = _read(path)
    names = [path.stem]
    if shared := fields.get("with"):
        names.append(shared)
        text = f"{text}\n\n{_read(PROMPTS / f'{shared}.md')[1]}"
    return Prompt(
        section=section,
        version="+".join(names),
        text=text,
        sha256=sha256(text.encode()).hexdigest(),
    )


def _newest(section: str) -> int:
    versions = [
        int(match["version"])
        for path in PROMPTS.iterdir()
        if (match := _FILE.fullmatch(path.name)) and match["name"] == section
    ]
    if not versions:
        raise PromptMissing(f"{PROMPTS.name}/{section}.v1.md is missing.")
    return max(versions)


def _read(path: Path) -> tuple[dict[str, str], str]:
    try:
        parts = _FRONT_MATTER.match(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise PromptMissing(f"{PROMPTS.name}/{path.name} is missing.") from error
    if parts is None:
        raise PromptMissing(f"{PROMPTS.name}/{path.name} does not begin with its name and version.")
    fields = dict(line.split(": ", 1) for line in parts["fields"].splitlines())
    if f"{fields.get('name')}.v{fields.get('version')}" != path.stem:
        raise PromptMissing(f"{PROMPTS.name}/{path.name} says that it is another file.")
    return fields, parts["text"].strip()


def build_messages(
    *,
    section: str,
    material: ArticleMaterial,
    registry: Sequence[RegistryEntry],
    max_words: int,
    already_written: Mapping[str, str],
) -> tuple[str, str]:
    """Give the system message and the user message that ask for one section.

    The user message is one JSON document with the keys section, article, registry, limits and
    already_written; the stand-in reads the same. Markup and hidden text are left out of it.
    """
    document = {
        "section": section,
        "article": {
            "title": plain_text(material.title),
            "introduction": plain_text(material.introduction),
            "source": {
                "name": plain_text(material.source_name),
                "address": material.source_address,
                "published_at": material.source_published_at,
            },
            "text": _shortened(plain_text(material.text)),
            "categories": [plain_text(category) for category in material.categories],
        },
        "registry": [_entry(entry) for entry in registry],
        "limits": {"max_words": max_words},
        "already_written": {
            name: written
            for name, text in already_written.items()
            if name != section and (written := plain_text(text))
        },
    }
    return load_prompt(section).text, json.dumps(document, ensure_ascii=False, indent=1)


def source_texts(material: ArticleMaterial, registry: Sequence[RegistryEntry] = ()) -> list[str]:
    """List what a draft may quote, name and count from: the article, its origin, the entries."""
    texts = [
        material.title,
        material.introduction,
        material.text,
        material.source_name,
        material.source_address,
        material.source_published_at,
        *material.categories,
        *(f"{entry.name}. {entry.office} {entry.about}" for entry in registry),
    ]
    return [text for text in texts if text]


def _entry(entry: RegistryEntry) -> dict[str, str]:
    """Describe an entry without any way to reach it: the page adds that, from the registry."""
    described = {"id": entry.id, "kind": entry.kind, "name": plain_text(entry.name)}
    if entry.kind == "representative":
        return described | {"office": _without_contacts(entry.office)}
    return described | {"about": _without_contacts(entry.about)}


def _without_contacts(text: str) -> str:
    text = plain_text(text)
    return without_spans(text, [(contact.start, contact.end) for contact in find_contacts(text)])


def _shortened(text: str) -> str:
    """Keep the whole paragraphs that fit; news puts first what matters most."""
    if len(text) <= MOST_CHARACTERS:
        return text
    paragraph = text.rfind("\n", 0, MOST_CHARACTERS)
    return text[: paragraph if paragraph > 0 else MOST_CHARACTERS].rstrip()
