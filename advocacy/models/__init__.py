"""Representatives, petitions, signatures and letters."""

from advocacy.models.channels import Channel
from advocacy.models.districts import District, DistrictMap, ZipDistrict
from advocacy.models.imports import Difference
from advocacy.models.letters import Letter, LetterTarget
from advocacy.models.petitions import Petition, PetitionStatus, PetitionTarget
from advocacy.models.reports import ChannelReport, Problem, ReportStatus
from advocacy.models.representatives import Office, Representative
from advocacy.models.settings import AdvocacySettings
from advocacy.models.signatures import Display, Signature, SignatureStatus
from advocacy.models.staleness import Reason, SecondLook

__all__ = [
    "AdvocacySettings",
    "Channel",
    "ChannelReport",
    "Difference",
    "Display",
    "District",
    "DistrictMap",
    "Letter",
    "LetterTarget",
    "Office",
    "Petition",
    "PetitionStatus",
    "PetitionTarget",
    "Problem",
    "Reason",
    "ReportStatus",
    "Representative",
    "SecondLook",
    "Signature",
    "SignatureStatus",
    "ZipDistrict",
]
