"""Calling customers back: asked for, done, cancelled. At most one is open on a ticket."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from helpdesk.common.clock import now
from helpdesk.common.errors import Conflict, InvalidInput, NotVisible
from helpdesk.common.text import clean_text, one_line
from tickets.models import Call, CallbackRequest, CustomerIdentity, Ticket
from tickets.services.actors import Actor
from tickets.services.addresses import normalised
from tickets.services.changes import TicketChange
from tickets.services.locking import lock_ticket

NOTICE = "call_back"


@transaction.atomic
def request_callback(
    *, ticket_id: int, actor: Actor, due_at: datetime, phone: str = "", wish: str = "", call: Call | None = None
) -> CallbackRequest:
    """Promise the customer of a ticket a call by ``due_at`` (aware).

    Without a ``phone`` his number is taken. A second request on the same ticket moves the open one. Raises InvalidInput ("no_phone",
    "invalid_phone"), Conflict "ticket_closed".
    """
    change = TicketChange(lock_ticket(ticket_id), actor)
    ticket = change.ticket
    if ticket.status == Ticket.Status.CLOSED:
        raise Conflict("ticket_closed", _("This ticket is closed. Open a follow-up instead."))
    number = _number(ticket, phone)
    words = one_line(clean_text(wish))[:200]
    callback = CallbackRequest.objects.select_for_update().filter(ticket=ticket, state="open").first()
    if callback is not None:
        if call is not None and callback.call_id == call.pk:
            # The provider asks again: what the caller was told stays.
            return callback
        if (callback.due_at, callback.phone, callback.wish) == (due_at, number, words or callback.wish):
            return callback
        callback.due_at, callback.phone, callback.wish = due_at, number, words or callback.wish
        callback.save(update_fields=["due_at", "phone", "wish"])
    else:
        callback = CallbackRequest.objects.create(
            ticket=ticket,
            call=call,
            phone=number,
            due_at=due_at,
            wish=words,
            requested_by_id=actor.user_id,
            created_at=now(),
        )
    change.tell("callback.requested", {"callback": callback.pk, "due_at": due_at.isoformat()})
    if not ticket.notice:
        change.set(notice=NOTICE)
    change.save()
    return callback


@transaction.atomic
def finish_callback(*, callback_id: int, actor: Actor) -> CallbackRequest:
    """Somebody has called. Raises NotVisible, Conflict "callback_over" for one that is not open any more."""
    return _settle(callback_id, actor, CallbackRequest.State.DONE, "callback.done")


@transaction.atomic
def cancel_callback(*, callback_id: int, actor: Actor) -> CallbackRequest:
    """Nobody needs to call. Raises NotVisible, Conflict "callback_over"."""
    return _settle(callback_id, actor, CallbackRequest.State.CANCELLED, "callback.cancelled")


def _settle(callback_id: int, actor: Actor, state: str, kind: str) -> CallbackRequest:
    ticket_id = CallbackRequest.objects.filter(pk=callback_id).values_list("ticket_id", flat=True).first()
    if ticket_id is None:
        raise NotVisible("callback_not_found", _("There is no such call back."))
    change = TicketChange(lock_ticket(ticket_id), actor)
    callback = CallbackRequest.objects.select_for_update().get(pk=callback_id)
    if callback.state != CallbackRequest.State.OPEN:
        raise Conflict("callback_over", _("This call back is settled already."))
    callback.state, callback.closed_at, callback.done_by_id = state, now(), actor.user_id
    callback.save(update_fields=["state", "closed_at", "done_by"])
    change.tell(kind, {"callback": callback.pk})
    if change.ticket.notice == NOTICE:
        change.set(notice="")
    change.save()
    return callback


def _number(ticket: Ticket, phone: str) -> str:
    if phone:
        number = normalised("phone", phone)
        if not is_dialable(number):
            raise InvalidInput(
                "invalid_phone", _("Write the number with its country: +4930123456."), fields={"phone": "invalid"}
            )
        return number
    known = CustomerIdentity.objects.filter(customer=ticket.customer_id, kind="phone").order_by("-is_verified", "-pk")
    found = next((one.address for one in known if is_dialable(one.address)), "")
    if not found:
        raise InvalidInput("no_phone", _("This customer left no telephone number."), fields={"phone": "missing"})
    return found


def is_dialable(number: str) -> bool:
    """Whether this is a number with its country: a plus and 7 to 15 digits (E.164)."""
    return number.startswith("+") and number[1:].isascii() and number[1:].isdigit() and 7 <= len(number) - 1 <= 15
