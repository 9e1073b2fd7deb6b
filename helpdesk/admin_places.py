"""Where each kind of object stands on the index and in the top bar: by what people come to do, not by app."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, kw_only=True)
class Group:
    """A group of the index; ``text`` says in one line who comes here for what.

    With a ``permission`` it is shown to those who run the place only; others reach its pages from where they need them.
    """

    key: str
    name: str | Promise
    text: str | Promise
    permission: str = ""


@dataclass(frozen=True, kw_only=True)
class Place:
    """One kind of object: its group, its icon in icons.svg, what it is for in one line.

    ``name`` is what the page is called where that is not the plural of the object.
    """

    group: str
    icon: str
    text: str | Promise = ""
    name: str | Promise = ""


GROUPS = (
    Group(key="work", name=_("Work"), text=_("What customers wait for, and what they thought of it.")),
    Group(key="people", name=_("People"), text=_("Who writes to you, and who answers.")),
    Group(
        key="set_up",
        name=_("Set up"),
        text=_("How messages come in, and what happens to them."),
        permission="core.view_jobrun",
    ),
    Group(
        key="operate",
        name=_("Operate"),
        text=_("What ran when, what is stuck, and who changed what."),
        permission="core.view_jobrun",
    ),
)

# In the order of the page. A model that is not named here stands at the end of the group of its app.
PLACES: dict[str, Place] = {
    "tickets.ticket": Place(group="work", icon="inbox", text=_("Every customer's case, from the first message on.")),
    "tickets.review": Place(group="work", icon="star", text=_("What is said in public, and whether it is answered.")),
    "tickets.quickreply": Place(group="work", icon="copy", text=_("Texts that are written once and sent often.")),
    "tickets.article": Place(
        name=_("Help articles"),
        group="work",
        icon="globe",
        text=_("Answers that customers and the bot find by themselves."),
    ),
    "tickets.macro": Place(group="work", icon="play", text=_("An answer and the rest of the work in one press.")),
    "surveys.response": Place(group="work", icon="vote", text=_("Scores and comments of your customers.")),
    "surveys.recoverycase": Place(
        name=_("Customers to win back"),
        group="work",
        icon="customer",
        text=_("Who was let down, and what is done about it."),
    ),
    "surveys.rootcause": Place(
        group="work", icon="alert", text=_("Why customers were let down, and whether it came back.")
    ),
    "surveys.correctiveaction": Place(
        group="work", icon="check", text=_("What is done so that it does not happen again, and whether it helped.")
    ),
    "reporting.ticketfact": Place(
        name=_("Figures"), group="work", icon="chart", text=_("What was measured, and the tickets behind it.")
    ),
    "reporting.goal": Place(
        name=_("Goals and quality"),
        group="work",
        icon="flag",
        text=_("The four goals, what customers complain about, and who was won back."),
    ),
    "tickets.customer": Place(
        group="people", icon="customer", text=_("People who write to you, and all their addresses.")
    ),
    "tickets.organization": Place(
        group="people", icon="organization", text=_("The companies your customers work for.")
    ),
    "tickets.team": Place(group="people", icon="team", text=_("Who answers together, and who sees what.")),
    "accounts.user": Place(group="people", icon="user", text=_("Colleagues who sign in here, and their roles.")),
    "auth.group": Place(name=_("Roles"), group="people", icon="role", text=_("What each role may do.")),
    "channels_app.channel": Place(
        group="set_up", icon="channel", text=_("Mailboxes and systems that messages come from.")
    ),
    "channels_app.messagetemplate": Place(
        group="set_up", icon="copy", text=_("Messages that a provider has approved, for writing first.")
    ),
    "channels_app.brand": Place(group="set_up", icon="brand", text=_("The name and face that customers see.")),
    "tickets.businesshours": Place(
        group="set_up", icon="job", text=_("When the team is there, holidays and exceptions.")
    ),
    "tickets.slapolicy": Place(
        name=_("Time limits"),
        group="set_up",
        icon="job",
        text=_("How soon customers are answered, and what happens when it gets late."),
    ),
    "tickets.routingrule": Place(
        name=_("Routing rules"),
        group="set_up",
        icon="role",
        text=_("What is done with a ticket when something happens."),
    ),
    "tickets.bot": Place(group="set_up", icon="bot", text=_("What answers first, and when it hands over to a person.")),
    "tickets.llmsettings": Place(
        group="set_up", icon="bot", text=_("A language model for drafts, summaries and bots. Off until you want it.")
    ),
    "tickets.llmcall": Place(
        group="operate", icon="chart", text=_("What the language model was asked for, what it cost, what failed.")
    ),
    "tickets.publictext": Place(
        group="set_up", icon="globe", text=_("What is said in public when a conversation is moved to private.")
    ),
    "tickets.quickreplyfolder": Place(group="set_up", icon="copy", text=_("Where quick replies lie.")),
    "tickets.topic": Place(group="set_up", icon="tag", text=_("What cases are about, and the words that tell.")),
    "tickets.scoreweights": Place(
        name=_("Priority score"),
        group="set_up",
        icon="settings",
        text=_("What makes a ticket more pressing than another."),
    ),
    "tickets.tag": Place(group="set_up", icon="tag", text=_("Words to sort tickets by.")),
    "surveys.survey": Place(group="set_up", icon="survey", text=_("What customers are asked, and when.")),
    "surveys.recoverysettings": Place(
        group="set_up", icon="settings", text=_("What opens a recovery case, and how soon what has to happen.")
    ),
    "surveys.incentive": Place(
        group="set_up", icon="star", text=_("What customers are given to make good: codes, costs and budgets.")
    ),
    "surveys.recoverytext": Place(
        name=_("Recovery texts"),
        group="set_up",
        icon="copy",
        text=_("Plans, apologies and news for customers to win back."),
    ),
    "accounts.apikey": Place(group="set_up", icon="key", text=_("Keys with which other systems come in.")),
    "core.sitesettings": Place(group="set_up", icon="settings", text=_("Time zone, language, reopening and lateness.")),
    "channels_app.inboundevent": Place(
        name=_("Deliveries"), group="operate", icon="event", text=_("Every delivery as it came, and what was stuck.")
    ),
    "tickets.triageitem": Place(
        name=_("Waiting to be sorted"),
        group="operate",
        icon="event",
        text=_("Tickets that rules and assignment have not looked at, and why."),
    ),
    "tickets.routingdecision": Place(
        name=_("Decisions"), group="operate", icon="log", text=_("What rules and assignment decided, and why.")
    ),
    "core.jobrun": Place(
        name=_("Timetable"), group="operate", icon="job", text=_("What runs when, how long it took, what failed.")
    ),
    "surveys.invitation": Place(group="operate", icon="invitation", text=_("Survey mails: planned, sent, held back.")),
    "admin.logentry": Place(
        name=_("Changes"), group="operate", icon="log", text=_("Who changed which setting, and when.")
    ),
}
APP_GROUPS = {
    "tickets": "work",
    "surveys": "work",
    "reporting": "work",
    "channels_app": "set_up",
    "accounts": "people",
    "auth": "people",
}


def place_of(label: str) -> Place:
    """The place of the model with the label ``app.model``."""
    return PLACES.get(label) or Place(group=APP_GROUPS.get(label.partition(".")[0], "operate"), icon="dot")
