"""Who wrote, what was said, who answers."""

from tickets.models.asking import InformationRequest, PublicText
from tickets.models.call import Call
from tickets.models.conversation import Conversation, ConversationParticipant
from tickets.models.customer import Customer, CustomerIdentity, Organization
from tickets.models.customer_event import CustomerEvent
from tickets.models.customer_merge import CustomerMerge, NotTheSame, ToldAddress
from tickets.models.event import FollowerPosition, TicketEvent
from tickets.models.handling import CallbackRequest, WorkInterval
from tickets.models.hours import BusinessHours, BusinessHoursSpan, Holiday
from tickets.models.message import Attachment, Draft, Message, MessageRecipient
from tickets.models.review import Review
from tickets.models.search import MessageSearch
from tickets.models.team import Tag, Team, TeamMembership
from tickets.models.ticket import Ticket
from tickets.models.webchat import MailedAnswer, Visitor

__all__ = [
    "Attachment",
    "BusinessHours",
    "BusinessHoursSpan",
    "Call",
    "CallbackRequest",
    "Conversation",
    "ConversationParticipant",
    "Customer",
    "CustomerEvent",
    "CustomerIdentity",
    "CustomerMerge",
    "Draft",
    "FollowerPosition",
    "Holiday",
    "InformationRequest",
    "MailedAnswer",
    "Message",
    "MessageRecipient",
    "MessageSearch",
    "NotTheSame",
    "Organization",
    "PublicText",
    "Review",
    "Tag",
    "Team",
    "TeamMembership",
    "Ticket",
    "TicketEvent",
    "ToldAddress",
    "Visitor",
    "WorkInterval",
]
