"""An agent writes first: a ticket with an outgoing message."""

from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from channels_app.adapters.base import Address, TemplateUse
from channels_app.models import Channel
from channels_app.registry import adapter_class
from helpdesk.common.clock import now
from helpdesk.common.errors import InvalidInput, NotVisible
from helpdesk.common.text import clean_text, one_line, preview
from tickets.models import CustomerIdentity, Ticket
from tickets.services.actors import Actor
from tickets.services.addresses import normalised
from tickets.services.conversations import open_thread
from tickets.services.customers import find_or_create_identity, in_scope, scope_of
from tickets.services.events import write_event
from tickets.services.files import StoredFile
from tickets.services.message_filing import PREVIEW_LENGTH
from tickets.services.replies import queue_first_message
from tickets.services.rule_triggers import queue_created
from tickets.services.system_messages import is_mail_address, is_writable


@transaction.atomic
def open_ticket(
    *,
    channel_id: int,
    subject: str,
    text: str,
    actor: Actor,
    customer_id: int | None = None,
    address: str = "",
    name: str = "",
    cc: Sequence[str] = (),
    attachments: Sequence[StoredFile] = (),
    team_id: int | None = None,
    undo_seconds: int = 0,
    template: TemplateUse | None = None,
    follow_up_of_id: int | None = None,
) -> Ticket:
    """Open a ticket for a customer (or for an address, known or new) and send him ``text``, or ``template``, on the channel.

    It is marked as opened by an agent: no figure counts it until the customer's own cases. Raises NotVisible, InvalidInput with the
    field, and what ``reply_to_ticket`` raises about text and recipients.
    """
    channel = Channel.objects.select_related("brand").filter(pk=channel_id, is_active=True).first()
    if channel is None:
        raise NotVisible("channel_not_found", _("There is no such active channel."))
    identity = _identity(channel, customer_id, address, name)
    conversation = open_thread(channel, identity)
    moment = now()
    ticket = Ticket.objects.create(
        subject=_checked_subject(subject),
        customer=identity.customer,
        channel=channel,
        status=Ticket.Status.OPEN,
        team_id=team_id,
        opened_by_agent=True,
        opened_at=moment,
        last_message_at=moment,
        last_message_is_inbound=False,
        preview=preview(clean_text(text), PREVIEW_LENGTH),
        language=identity.customer.language,
        is_demo=channel.is_demo or identity.customer.is_demo,
        follow_up_of_id=follow_up_of_id,
    )
    data = {"channel": channel.pk, "customer": identity.customer_id, "opened_by": actor.kind, "status": ticket.status}
    if follow_up_of_id is not None:
        data["follow_up_of"] = follow_up_of_id
    write_event(ticket=ticket, kind="ticket.opened", actor=actor, data=data)
    if conversation.active_ticket_id is None:
        conversation.active_ticket = ticket
        conversation.save(update_fields=["active_ticket"])
    queue_first_message(
        ticket=ticket, conversation=conversation, actor=actor, text=text, cc=cc, attachments=attachments,
        undo_seconds=undo_seconds, template=template,
    )  # fmt: skip
    queue_created(ticket)
    return ticket


def _checked_subject(subject: str) -> str:
    clean = one_line(clean_text(subject))[:500]
    if not clean:
        raise InvalidInput("empty_subject", _("Write a subject."), fields={"subject": "empty"})
    return clean


def _identity(channel: Channel, customer_id: int | None, address: str, name: str) -> CustomerIdentity:
    adapter = adapter_class(channel.kind)
    typed = normalised(adapter.identity_kind, address, channel=channel) if address else ""
    is_mail = adapter.identity_kind == "email"
    if address and (not is_writable(typed) or (is_mail and not is_mail_address(typed))):
        raise InvalidInput("invalid_address", _("This address cannot be written to."), fields={"address": "invalid"})
    if customer_id is None:
        if not typed:
            raise InvalidInput("no_customer", _("Name a customer or an address."), fields={"customer": "missing"})
        told = Address(address=typed, name=name, raw=address)
        return find_or_create_identity(channel=channel, sender=told, is_told=True)
    known = CustomerIdentity.objects.select_related("customer").filter(
        in_scope(scope_of(adapter.identity_kind, channel)), customer_id=customer_id, kind=adapter.identity_kind
    )
    if typed:
        known = known.filter(address=typed)
    identity = known.order_by("-is_verified", "-id").first()
    if identity is None or not is_writable(identity.address):
        raise InvalidInput(
            "no_address", _("This customer has no address on that channel."), fields={"customer": "no address"}
        )
    return identity
