"""Shapes of tickets and what their verbs take. Reading shapes describe what ``shapes.py`` builds."""

from rest_framework import serializers

from helpdesk.common.api.serializers import IdField, InputSerializer
from tickets.api.clock_shapes import TicketClockRead
from tickets.models import Conversation, Ticket
from tickets.policies.hand_over import LONGEST_PART
from tickets.services.queueing import MOST_COPIES

MAX_TEXT_CHARACTERS = 200_000
MAX_FILES = 20
MAX_UNDO_SECONDS = 60
ASKED_FOR = ("location", "photo", "document", "phone", "order_number")


class NamedRead(serializers.Serializer):
    id = serializers.IntegerField()
    name = serializers.CharField()


class ChannelOfTicketRead(NamedRead):
    slug = serializers.CharField()
    kind = serializers.CharField()


class TicketRead(serializers.Serializer):
    """A case. Times are UTC; `resolved_at` is the last time it was resolved."""

    id = serializers.IntegerField()
    number = serializers.IntegerField()
    subject = serializers.CharField()
    status = serializers.ChoiceField(choices=Ticket.Status.choices)
    priority = serializers.ChoiceField(choices=Ticket.Priority.choices)
    priority_score = serializers.IntegerField()
    channel = ChannelOfTicketRead()
    customer = NamedRead()
    team = NamedRead(allow_null=True)
    assignee = NamedRead(allow_null=True)
    topic = NamedRead(allow_null=True)
    tags = serializers.ListField(child=serializers.CharField())
    language = serializers.CharField()
    sentiment = serializers.CharField()
    opened_at = serializers.DateTimeField()
    first_response_at = serializers.DateTimeField(allow_null=True)
    resolved_at = serializers.DateTimeField(allow_null=True)
    closed_at = serializers.DateTimeField(allow_null=True)
    version = serializers.IntegerField()
    reopen_count = serializers.IntegerField()
    next_due_at = serializers.DateTimeField(allow_null=True)
    sla = TicketClockRead(many=True)
    last_message_at = serializers.DateTimeField()
    preview = serializers.CharField()
    unread_count = serializers.IntegerField()
    url = serializers.URLField()
    admin_url = serializers.URLField()


class TextWithFiles(InputSerializer):
    text = serializers.CharField(max_length=MAX_TEXT_CHARACTERS, allow_blank=True, trim_whitespace=False, default="")
    attachments = serializers.ListField(
        child=serializers.CharField(max_length=4000),
        max_length=MAX_FILES,
        default=list,
        help_text="What `POST /attachments/` gave as `upload`.",
    )


class TemplateInput(InputSerializer):
    """A template that the provider has approved, with the values of its variables in their order."""

    name = serializers.CharField(max_length=512)
    language = serializers.CharField(max_length=20)
    variables = serializers.ListField(
        child=serializers.CharField(max_length=2000, allow_blank=True), max_length=50, default=list
    )


class ChoiceInput(InputSerializer):
    """A button or a line of a list; `payload` comes back when the customer presses it."""

    payload = serializers.CharField(max_length=200)
    title = serializers.CharField(max_length=200)
    description = serializers.CharField(max_length=200, allow_blank=True, default="")


class CopiedText(TextWithFiles):
    cc = serializers.ListField(child=serializers.CharField(max_length=320), max_length=MOST_COPIES, default=list)
    undo_seconds = serializers.IntegerField(min_value=0, max_value=MAX_UNDO_SECONDS, default=0)


class TicketOpen(CopiedText):
    """A ticket for a known customer, or for an address, new or known."""

    channel = IdField()
    customer = IdField(required=False)
    address = serializers.CharField(max_length=320, required=False, default="")
    name = serializers.CharField(max_length=200, required=False, default="", help_text="Of the customer, when new.")
    subject = serializers.CharField(max_length=500)
    team = IdField(required=False, allow_null=True, default=None)
    template = TemplateInput(
        required=False,
        allow_null=True,
        default=None,
        help_text="Instead of `text`, where only templates may come first.",
    )


class TicketChange(InputSerializer):
    subject = serializers.CharField(max_length=500, required=False)
    priority = serializers.ChoiceField(choices=Ticket.Priority.choices, required=False)
    topic = IdField(allow_null=True, required=False)


class TicketReply(CopiedText):
    conversation = IdField(required=False, help_text="Without: where the customer wrote last.")
    seen_sequence = serializers.IntegerField(
        min_value=0,
        max_value=2**31 - 1,
        required=False,
        allow_null=True,
        default=None,
        help_text="The newest event you have seen: 409 when somebody wrote after it.",
    )
    status_after = serializers.ChoiceField(choices=["pending", "resolved"], required=False)
    template = TemplateInput(required=False, allow_null=True, default=None, help_text="Sent instead of `text`.")
    choices = ChoiceInput(
        many=True, required=False, default=list, help_text="Buttons under the text, where the channel can."
    )
    asks_for = serializers.ChoiceField(choices=ASKED_FOR, required=False, default="", allow_blank=True)
    visibility = serializers.ChoiceField(
        choices=Conversation.Visibility.choices,
        default=Conversation.Visibility.PRIVATE,
        help_text="`public` says that everybody may read it: without it nothing leaves on a public conversation.",
    )


class TicketNote(TextWithFiles):
    """An internal note: never sent."""


class HandOverGiven(InputSerializer):
    """What the next one must know; at least one part."""

    asked = serializers.CharField(max_length=LONGEST_PART, allow_blank=True, default="")
    done = serializers.CharField(max_length=LONGEST_PART, allow_blank=True, default="")
    promised = serializers.CharField(max_length=LONGEST_PART, allow_blank=True, default="")
    missing = serializers.CharField(max_length=LONGEST_PART, allow_blank=True, default="")


class TicketAssign(InputSerializer):
    """Who and which team; null takes it away, a field that is left out stays."""

    assignee = IdField(required=False, allow_null=True)
    team = IdField(required=False, allow_null=True)
    hand_over = HandOverGiven(required=False, help_text="Kept as an internal note for whoever takes the ticket.")


class TicketUndo(InputSerializer):
    undo = serializers.BooleanField(default=False, help_text="true takes it back.")


class TicketMerge(TicketUndo):
    into = IdField(required=False, help_text="The ticket that stays.")


class TicketSnooze(InputSerializer):
    until = serializers.DateTimeField(allow_null=True, help_text="With its offset from UTC; at most a year ahead.")


class TicketSplit(TicketUndo):
    messages = serializers.ListField(child=IdField(), min_length=1, max_length=1000, required=False)
    subject = serializers.CharField(max_length=500, default="", allow_blank=True, help_text="Empty: the old one.")


class TicketMoveToPrivate(InputSerializer):
    """Empty texts: the team's own sentences in the customer's language. `{link}` becomes the way to a private channel."""

    text = serializers.CharField(max_length=4000, default="", allow_blank=True)
    private_text = serializers.CharField(max_length=4000, default="", allow_blank=True)
    conversation = IdField(required=False, help_text="The public one; default: where the customer wrote last.")
    channel = IdField(required=False, help_text="A private channel on which the customer has an address.")
    undo_seconds = serializers.IntegerField(min_value=0, max_value=60, default=0)


class TicketTags(InputSerializer):
    add = serializers.ListField(child=serializers.CharField(max_length=60), max_length=50, default=list)
    remove = serializers.ListField(child=serializers.CharField(max_length=60), max_length=50, default=list)
