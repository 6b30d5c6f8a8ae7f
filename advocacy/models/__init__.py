"""Representatives, petitions, signatures and letters."""

from advocacy.models.channels import Channel
from advocacy.models.deliveries import Delivery, DeliveryWay
from advocacy.models.districts import District, DistrictMap, ZipDistrict
from advocacy.models.imports import Difference
from advocacy.models.letters import Letter, LetterTarget
from advocacy.models.notices import Notice, NoticeMail, NoticeStatus
from advocacy.models.own_data import DataRequest
from advocacy.models.petitions import Petition, PetitionStatus, PetitionTarget
from advocacy.models.reports import ChannelReport, Problem, ReportStatus
from advocacy.models.representatives import Office, Representative
from advocacy.models.settings import AdvocacySettings
from advocacy.models.signatures import (
    Display,
    Invalidation,
    Signature,
    SignatureDay,
    SignatureStatus,
)
from advocacy.models.staleness import Reason, SecondLook

__all__ = [
    "AdvocacySettings",
    "Channel",
    "ChannelReport",
    "DataRequest",
    "Delivery",
    "DeliveryWay",
    "Difference",
    "Display",
    "District",
    "DistrictMap",
    "Invalidation",
    "Letter",
    "LetterTarget",
    "Notice",
    "NoticeMail",
    "NoticeStatus",
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
    "SignatureDay",
    "SignatureStatus",
    "ZipDistrict",
]
