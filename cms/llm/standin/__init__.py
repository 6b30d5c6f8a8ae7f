"""A stand-in for a language model: offline, deterministic, and bad on demand.

It speaks OpenAI's protocol on loopback and composes commentary from the article it is sent, so
that a demonstration and the tests need no account and no network.
"""

from cms.llm.standin.behaviours import DEFAULT_MODEL
from cms.llm.standin.server import StandIn

__all__ = ["DEFAULT_MODEL", "StandIn"]
