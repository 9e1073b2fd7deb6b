"""Call deflection: the caller goes on in writing, on the ticket of his call."""

import re
from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from channels_app.adapters.base import Can, TemplateUse
from channels_app.models import Channel, MessageTemplate
from channels_app.registry import adapter_class
from helpdesk.common.errors import HelpdeskError, Unprocessable
from helpdesk.common.text import preview
from tickets.models import Call, Conversation, Ticket
from tickets.policies.call_texts import texts_for
from tickets.services.actors import Actor
from tickets.services.call_lines import retell
from tickets.services.changes import TicketChange
from tickets.services.lifecycle import move_to
from tickets.services.linking import start_conversation
from tickets.services.locking import lock_ticket
from tickets.services.replies import queue_first_message

# In a message the caller's own words are a reminder, not a record: that is on the ticket.
_LONGEST_WORDS = 120
_PLACEHOLDER = re.compile(r"\{(?:brand|name|number|words)\}")


def deflection_channel(channel: Channel) -> Channel | None:
    """Where callers of this channel may go on in writing: named in its settings, active, and able to write to a number."""
    slug = str(channel.config.get("deflect_to") or "")
    target = Channel.objects.select_related("brand").filter(slug=slug, is_active=True).first() if slug else None
    if target is None or target.pk == channel.pk:
        return None
    adapter = adapter_class(target.kind)
    return target if Can.SEND in adapter.can and adapter.identity_kind == "phone" else None


@transaction.atomic
def deflect_call(*, call_id: int, language: str) -> bool:
    """Write to the caller's number on the channel of the settings; what he answers there lands on the call's ticket.

    False for a call that was deflected before: nothing is sent again. Raises Unprocessable ("no_number", "no_channel",
    "unknown_template") and what sending on that channel raises ("customer_unreachable", "window_closed").
    """
    call = (
        Call.objects.select_for_update(of=("self",))
        .select_related("message__conversation", "channel__brand")
        .get(pk=call_id)
    )
    if call.is_deflected:
        return False
    target = deflection_channel(call.channel)
    if not call.number:
        raise Unprocessable("no_number", _("The caller shows no number."))
    if target is None:
        raise Unprocessable("no_channel", _("No channel is set on which callers may go on."))
    conversation = start_conversation(
        ticket_id=call.message.ticket_id, channel_id=target.pk, actor=Actor.bot(), address=call.number
    )
    ticket = lock_ticket(call.message.ticket_id)
    conversation.channel = target
    template = _template(call, target, ticket, language)
    queue_first_message(
        ticket=ticket,
        conversation=conversation,
        actor=Actor.bot(),
        text="" if template else _text(call, ticket, language),
        cc=(),
        attachments=(),
        undo_seconds=0,
        template=template,
    )
    _keep(call, ticket, conversation, target)
    return True


def try_to_deflect(*, call_id: int, language: str) -> str:
    """``deflect_call`` for the caller who waits on the line: "" when it is done, else the code of what stands in the way."""
    try:
        deflect_call(call_id=call_id, language=language)
    except HelpdeskError as error:
        return error.code
    return ""


def _keep(call: Call, ticket: Ticket, conversation: Conversation, target: Channel) -> None:
    call.is_deflected, call.deflected_to = True, target
    call.save(update_fields=["is_deflected", "deflected_to"])
    change = TicketChange(lock_ticket(ticket.pk), Actor.customer())
    data = {
        "message": call.message_id,
        "conversation": conversation.pk,
        "channel": target.pk,
        "has_words": bool(call.speech),
    }
    change.tell("call.deflected", data)
    if not call.speech and change.ticket.status in (Ticket.Status.NEW, Ticket.Status.OPEN):
        # He has not said what it is about: the next word is his.
        change.set(waiting_since=None)
        move_to(change, Ticket.Status.PENDING)
    retell(call, change)
    change.save()


def _text(call: Call, ticket: Ticket, language: str) -> str:
    texts = texts_for(language)
    brand = call.channel.brand.from_name or call.channel.brand.name
    own = str(call.channel.config.get("deflect_text") or "")
    if own:
        return _filled(own, call, ticket)
    if call.speech:
        words = preview(call.speech, _LONGEST_WORDS)
        return texts.message_with_words.format(brand=brand, number=ticket.number, words=words)
    return texts.message.format(brand=brand, number=ticket.number)


def _template(call: Call, target: Channel, ticket: Ticket, language: str) -> TemplateUse | None:
    """The approved template of the settings in the caller's language, else in any; None on channels that need none."""
    if Can.TEMPLATES not in adapter_class(target.kind).can:
        return None
    name = str(call.channel.config.get("deflect_template") or "")
    approved = MessageTemplate.objects.filter(
        channel=target, name=name, provider_status=MessageTemplate.Status.APPROVED
    )
    known = sorted(approved, key=lambda one: (not one.language.lower().startswith(language.lower()), one.language))
    if not name or not known:
        raise Unprocessable("unknown_template", _("The template for callers is missing or not approved."))
    written = [str(value) for value in call.channel.config.get("deflect_variables", [])]
    variables = _variables(written, len(known[0].variables), call, ticket)
    return TemplateUse(name=name, language=known[0].language, variables=variables)


def _variables(written: Sequence[str], count: int, call: Call, ticket: Ticket) -> list[str]:
    """As many values as the template has variables; those that nobody has set are the brand's name."""
    values = [*written, *["{brand}"] * count][:count]
    return [_filled(value, call, ticket) or "–" for value in values]


def _filled(text: str, call: Call, ticket: Ticket) -> str:
    """The known placeholders put in, once and literally."""
    identity = call.message.author_identity
    name = identity.customer.name if identity is not None else ""
    values = {
        "{brand}": call.channel.brand.from_name or call.channel.brand.name,
        "{name}": name,
        "{number}": str(ticket.number),
        "{words}": preview(call.speech, _LONGEST_WORDS),
    }
    return _PLACEHOLDER.sub(lambda found: values[found.group()], text)
