"""What looks after the bots' talks: lost bells, turns that were not taken in time, customers who have gone."""

from datetime import timedelta

from django.db import transaction

from helpdesk.common.clock import now
from tickets.models import BotSession
from tickets.services.bot_endings import OVER, give_back, give_to_a_person, locked_talk
from tickets.services.bot_handing_over import hand_over, write_summary
from tickets.services.bot_sessions import SILENCE, end
from tickets.services.bot_turns import WORDING, run_turn
from tickets.services.lifecycle import resolve

SWEEP_BATCH = 100
# A turn that nobody has begun by then has lost its bell.
LOST_BELL = timedelta(seconds=10)
State = BotSession.State


def watch_bots() -> int:
    """Do the turns whose bell was lost, hand over what is late, end talks whose customer has gone (sweep); returns how many."""
    moment = now()
    active = BotSession.objects.filter(state=State.ACTIVE)
    late = list(
        active.filter(expected_by__lte=moment).order_by("expected_by").values_list("pk", flat=True)[:SWEEP_BATCH]
    )
    handled = sum(give_to_a_person(session_id=pk, reason="silent") for pk in late)
    lost = active.filter(expected_by__gt=moment, expected_by__lte=moment + SILENCE - LOST_BELL).exclude(stage=WORDING)
    for pk in list(lost.order_by("expected_by").values_list("pk", flat=True)[:SWEEP_BATCH]):
        handled += run_turn(session_id=pk)
    gone = active.filter(quiet_at__lte=moment).order_by("quiet_at").values_list("pk", flat=True)[:SWEEP_BATCH]
    return handled + sum(_end_quiet(pk) for pk in list(gone))


@transaction.atomic
def _end_quiet(session_id: int) -> bool:
    """The customer says nothing more: his case is resolved where the bot has answered and may do that, else a person looks at it."""
    found = locked_talk(session_id)
    if found is None or found[0].quiet_at is None or found[0].quiet_at > now():
        return False
    session, change = found
    if session.is_delegated:
        give_back(change, session, result="quiet")
    elif session.stage == "offered" and session.bot.resolves_quiet and change.ticket.status not in OVER:
        session.summary = write_summary(change, session, "customer_silent")
        end(session, state=State.FINISHED, result="unconfirmed")
        change.tell(
            "bot.returned",
            {"bot": session.bot_id, "conversation": session.conversation_id, "result": "unconfirmed"},
        )
        resolve(change, reason="bot_quiet")
    elif change.ticket.status in OVER:
        end(session, state=State.FINISHED, reason="ticket_over")
    else:
        hand_over(change, session, "customer_silent")
    change.save()
    return True
