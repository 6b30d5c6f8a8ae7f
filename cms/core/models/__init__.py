"""What every page shares: people, pictures, the base of all pages, the site's settings."""

from cms.core.models.accounts import LoginSession, RecoveryCode, SecondFactor
from cms.core.models.pages import BasePage
from cms.core.models.pictures import Picture, Rendition
from cms.core.models.proofs import SpentProof
from cms.core.models.settings import SiteSettings
from cms.core.models.sweeps import SweepPart
from cms.core.models.users import User

__all__ = [
    "BasePage",
    "LoginSession",
    "Picture",
    "RecoveryCode",
    "Rendition",
    "SecondFactor",
    "SiteSettings",
    "SpentProof",
    "SweepPart",
    "User",
]
