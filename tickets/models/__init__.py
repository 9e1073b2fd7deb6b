"""Who wrote, what was said, who answers."""

from tickets.models.article import (
    Article,
    ArticleFeedback,
    ArticleSearch,
    ArticleTranslation,
    ArticleVersion,
    ArticleView,
    DismissedQuestion,
    HelpVisit,
)
from tickets.models.asking import InformationRequest, PublicText
from tickets.models.bot import Bot, BotSession, HandoffRule, LLMCall, LLMSettings
from tickets.models.call import Call
from tickets.models.conversation import Conversation, ConversationParticipant
from tickets.models.customer import Customer, CustomerIdentity, Organization
from tickets.models.customer_event import CustomerEvent
from tickets.models.customer_merge import CustomerMerge, NotTheSame, ToldAddress
from tickets.models.event import FollowerPosition, TicketEvent
from tickets.models.handling import CallbackRequest, WorkInterval
from tickets.models.hours import BusinessHours, BusinessHoursSpan, Holiday
from tickets.models.message import Attachment, Draft, Message, MessageRecipient
from tickets.models.quick_reply import (
    Macro,
    QuickReply,
    QuickReplyFolder,
    QuickReplyUse,
    QuickReplyVariant,
    Scope,
)
from tickets.models.review import Review
from tickets.models.routing import RoutingDecision, RoutingRule, TriageItem, Trigger
from tickets.models.score_weights import ScoreWeights
from tickets.models.search import MessageSearch
from tickets.models.sla import Clock, Metric, SLAPolicy, SLARecomputation, SLATarget, SLATimer
from tickets.models.team import Tag, Team, TeamMembership
from tickets.models.ticket import Ticket
from tickets.models.topic import Notification, Topic
from tickets.models.topic_word import TopicWord
from tickets.models.webchat import MailedAnswer, Visitor

__all__ = [
    "Article",
    "ArticleFeedback",
    "ArticleSearch",
    "ArticleTranslation",
    "ArticleVersion",
    "ArticleView",
    "Attachment",
    "Bot",
    "BotSession",
    "BusinessHours",
    "BusinessHoursSpan",
    "Call",
    "CallbackRequest",
    "Clock",
    "Conversation",
    "ConversationParticipant",
    "Customer",
    "CustomerEvent",
    "CustomerIdentity",
    "CustomerMerge",
    "DismissedQuestion",
    "Draft",
    "FollowerPosition",
    "HandoffRule",
    "HelpVisit",
    "Holiday",
    "InformationRequest",
    "LLMCall",
    "LLMSettings",
    "Macro",
    "MailedAnswer",
    "Message",
    "MessageRecipient",
    "MessageSearch",
    "Metric",
    "NotTheSame",
    "Notification",
    "Organization",
    "PublicText",
    "QuickReply",
    "QuickReplyFolder",
    "QuickReplyUse",
    "QuickReplyVariant",
    "Review",
    "RoutingDecision",
    "RoutingRule",
    "SLAPolicy",
    "SLARecomputation",
    "SLATarget",
    "SLATimer",
    "Scope",
    "ScoreWeights",
    "Tag",
    "Team",
    "TeamMembership",
    "Ticket",
    "TicketEvent",
    "ToldAddress",
    "Topic",
    "TopicWord",
    "TriageItem",
    "Trigger",
    "Visitor",
    "WorkInterval",
]
