"""Who gets the newsletter, who never again, and what was sent to whom."""

from cms.newsletter.models.bounces import Bounce, BounceKind
from cms.newsletter.models.mailings import Mailing, MailingRecipient, RecipientStatus
from cms.newsletter.models.subscribers import Frequency, Subscriber, SubscriberStatus
from cms.newsletter.models.suppressions import Suppression, SuppressionReason

__all__ = [
    "Bounce",
    "BounceKind",
    "Frequency",
    "Mailing",
    "MailingRecipient",
    "RecipientStatus",
    "Subscriber",
    "SubscriberStatus",
    "Suppression",
    "SuppressionReason",
]
