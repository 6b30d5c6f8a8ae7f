"""What a model may say: pure functions over strings, free of the database and of Django.

Findings are for editors: what was refused, dropped or should be looked at twice, and what to do.
"""

from news.drafting.guard.allowed import AllowedContacts, violations
from news.drafting.guard.claims import unsupported
from news.drafting.guard.contacts import Contact, ContactKind, find_contacts
from news.drafting.guard.findings import Finding, FindingKind, Severity
from news.drafting.guard.language import wrong_language
from news.drafting.guard.markdown import markdown_left, strip_markdown
from news.drafting.guard.markup import plain_text, strip_html
from news.drafting.guard.overlap import REPEATS, overlap
from news.drafting.guard.quotes import unquoted
from news.drafting.guard.reply import Checked, check_reply
from news.drafting.guard.words import word_count

__all__ = [
    "REPEATS",
    "AllowedContacts",
    "Checked",
    "Contact",
    "ContactKind",
    "Finding",
    "FindingKind",
    "Severity",
    "check_reply",
    "find_contacts",
    "markdown_left",
    "overlap",
    "plain_text",
    "strip_html",
    "strip_markdown",
    "unquoted",
    "unsupported",
    "violations",
    "word_count",
    "wrong_language",
]
