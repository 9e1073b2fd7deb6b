"""Who is there: what people say of themselves, and when their browsers were last heard of."""

from datetime import datetime, timedelta

from django.db.models import Q
from django.utils.translation import gettext as _

from helpdesk.accounts.models import User
from helpdesk.common.clock import now
from helpdesk.common.errors import InvalidInput

SEEN_EVERY = timedelta(minutes=1)


def set_presence(*, user_id: int, presence: str, away_until: datetime | None = None, is_self: bool = True) -> None:
    """Say that a person is online, away (until an instant, or until he says otherwise) or offline; tickets are given out by it.

    Whoever says it of himself was heard of by it; who is said by somebody else to be online counts as here once he looks.
    Raises InvalidInput for an unknown word or a time that is past.
    """
    if presence not in User.Presence.values:
        text = _("Presence is online, away or offline.")
        raise InvalidInput("unknown_presence", text, fields={"presence": text})
    moment = now()
    if away_until is not None and (presence != User.Presence.AWAY or away_until <= moment):
        text = _("Choose a time in the future, and only while you are away.")
        raise InvalidInput("invalid_away_until", text, fields={"away_until": text})
    same = Q(presence=presence, away_until=away_until, presence_since__isnull=False)
    User.objects.filter(pk=user_id).exclude(same).update(
        presence=presence, away_until=away_until, presence_since=moment
    )
    if is_self:
        mark_seen(user_id=user_id)


def limit_open_tickets(*, user_id: int, most: int | None) -> None:
    """How many open tickets a person gets at most without being asked; None: as many as come."""
    User.objects.filter(pk=user_id).update(max_open_tickets=most)


def mark_seen(*, user_id: int) -> None:
    """A person's browser was heard of: at most one write a minute.

    Whoever has never said otherwise is online from now on, and so is he whose time away is over.
    """
    moment = now()
    lately = Q(seen_at__isnull=True) | Q(seen_at__lt=moment - SEEN_EVERY)
    if not User.objects.filter(lately, pk=user_id).update(seen_at=moment):
        return
    never_said = User.objects.filter(pk=user_id, presence=User.Presence.OFFLINE, presence_since=None)
    never_said.update(presence=User.Presence.ONLINE, presence_since=moment)
    is_back = User.objects.filter(pk=user_id, presence=User.Presence.AWAY, away_until__lte=moment)
    is_back.update(presence=User.Presence.ONLINE, presence_since=moment, away_until=None)
