"""Representatives, petitions, signatures and letters."""

from advocacy.models.districts import District, DistrictMap, ZipDistrict
from advocacy.models.letters import Letter, LetterTarget
from advocacy.models.petitions import Petition, PetitionStatus, PetitionTarget
from advocacy.models.representatives import Channel, Office, Representative
from advocacy.models.settings import AdvocacySettings
from advocacy.models.signatures import Signature, SignatureStatus

__all__ = [
    "AdvocacySettings",
    "Channel",
    "District",
    "DistrictMap",
    "Letter",
    "LetterTarget",
    "Office",
    "Petition",
    "PetitionStatus",
    "PetitionTarget",
    "Representative",
    "Signature",
    "SignatureStatus",
    "ZipDistrict",
]
