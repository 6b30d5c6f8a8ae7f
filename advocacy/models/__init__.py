"""Representatives, petitions, signatures and letters."""

from advocacy.models.letters import Letter, LetterTarget
from advocacy.models.petitions import Petition, PetitionStatus, PetitionTarget
from advocacy.models.representatives import Channel, Office, Representative
from advocacy.models.settings import AdvocacySettings
from advocacy.models.signatures import Display, Signature, SignatureStatus

__all__ = [
    "AdvocacySettings",
    "Channel",
    "Display",
    "Letter",
    "LetterTarget",
    "Office",
    "Petition",
    "PetitionStatus",
    "PetitionTarget",
    "Representative",
    "Signature",
    "SignatureStatus",
]
