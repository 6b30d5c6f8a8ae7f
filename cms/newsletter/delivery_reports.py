"""What a mail server or a provider writes back about a mail of ours, read with suspicion.

Two kinds are understood: that a mail could not be delivered (RFC 3464), and that its reader called it
unwanted (RFC 5965). Whatever else is in a mailbox is none. Nothing is believed yet of what is read
here: whether the mail was ours, ``cms.newsletter.bounces`` finds by its Message-ID.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message
from email.parser import BytesHeaderParser, HeaderParser
from typing import TYPE_CHECKING

from cms.newsletter.models import BounceKind

if TYPE_CHECKING:
    from collections.abc import Iterator

# Our mails have a hundred kilobytes or two, and come back whole at most.
LARGEST = 5 * 1024 * 1024
IDENTITIES = 10
BLOCKS = 100
_IDENTITY = re.compile(r"<[^<>\s]{3,250}>")
_STATUS = re.compile(r"(?<![\d.])([245])\.(\d{1,3})\.(\d{1,3})(?![\d.])")
_STATUSES = {"message/delivery-status", "message/global-delivery-status"}
_ORIGINALS = {
    "message/rfc822",
    "message/global",
    "message/rfc822-headers",
    "message/global-headers",
    "text/rfc822-headers",
}
# Of RFC 3463. What says nothing of the mailbox: it is about the sender, the mail, or a policy.
_ABOUT_THE_MAIL = re.compile(r"5\.(7\.\d+|6\.\d+|1\.[78]|2\.3|3\.4)")
# A mailbox or a server that is full, or a loop: it may be mended.
_FOR_NOW = re.compile(r"4\.\d+\.\d+|5\.(2\.[24]|3\.1|4\.[56])")


@dataclass(frozen=True)
class DeliveryReport:
    """What it says, and the Message-IDs that it names, the most telling one first."""

    kind: BounceKind
    identities: list[str]


def read(content: bytes) -> DeliveryReport | None:
    """Read one message; None where it is no report, or one that tells of no failure."""
    message = message_from_bytes(content[:LARGEST])
    if message.get_content_type() != "multipart/report" or not message.is_multipart():
        return None
    kind = None
    for part in _parts(message):
        if part.get_content_type() in _STATUSES:
            kind = _failure(part)
        elif part.get_content_type() == "message/feedback-report":
            kind = _feedback(part)
    return DeliveryReport(kind, _identities(message)) if kind else None


def _parts(message: Message) -> Iterator[Message]:
    for part in message.get_payload():
        if isinstance(part, Message):
            yield part


def _blocks(part: Message) -> list[Message]:
    """The groups of fields that a report consists of."""
    found: list[Message] = []
    for inner in _parts(part) if part.is_multipart() else ():
        found.append(inner)
        rest = inner.get_payload()
        if isinstance(rest, str):
            # Not all types of reports are taken apart by the parser.
            blocks = re.split(r"\r?\n\r?\n", rest)[:BLOCKS]
            found += [HeaderParser().parsestr(block.lstrip()) for block in blocks]
    return found[:BLOCKS]


def _failure(part: Message) -> BounceKind | None:
    """Why a mail could not be delivered; None where it was, or may still be."""
    blocks = [block for block in _blocks(part) if block["Action"]]
    if not blocks or any(str(block["Action"]).strip().lower() != "failed" for block in blocks):
        return None
    kinds = {_meaning(block) for block in blocks}
    # Of several, all must say that there is no such mailbox.
    return min(kinds, key=[BounceKind.REFUSED, BounceKind.FULL, BounceKind.GONE].index)


def _meaning(block: Message) -> BounceKind:
    status = _STATUS.search(str(block["Status"]))
    code = _STATUS.search(str(block["Diagnostic-Code"]))
    if status and status[2] == "0" and code and code[1] == status[1]:
        # "Something is wrong", with what the other server said beside it.
        status = code
    if status is None or status[1] == "2" or _FOR_NOW.fullmatch(status[0]):
        return BounceKind.FULL
    return BounceKind.REFUSED if _ABOUT_THE_MAIL.fullmatch(status[0]) else BounceKind.GONE


def _feedback(part: Message) -> BounceKind | None:
    kinds = {str(block["Feedback-Type"]).strip().lower() for block in _blocks(part)}
    return BounceKind.COMPLAINT if kinds & {"abuse", "opt-out", "opt-out-list"} else None


def _identities(message: Message) -> list[str]:
    found: list[str] = []
    for part in _parts(message):
        if part.get_content_type() in _ORIGINALS:
            found += _named(_original(part), "Message-ID")
    # Some servers send nothing back, and answer to the mail.
    found += _named(message, "In-Reply-To", "References")
    return list(dict.fromkeys(found))[:IDENTITIES]


def _original(part: Message) -> Message:
    if part.is_multipart():
        return next(_parts(part), part)
    content = part.get_payload(decode=True)
    return BytesHeaderParser().parsebytes(content if isinstance(content, bytes) else b"")


def _named(message: Message, *headers: str) -> list[str]:
    values = (str(value) for name in headers for value in message.get_all(name, []))
    return [identity for value in values for identity in _IDENTITY.findall(value)]
