"""Counting what is sent with a prepared text."""

from collections.abc import Collection

from django.db.models import F

from helpdesk.common.clock import now
from tickets.models import QuickReply, QuickReplyUse
from tickets.services.actors import Actor

MOST_IN_ONE_ANSWER = 20


def count_uses(*, quick_reply_ids: Collection[int], actor: Actor) -> None:
    """Count one use of each, in the transaction of the answer that was written with them; one that is gone counts nothing."""
    moment = now()
    found = QuickReply.objects.filter(pk__in=sorted(set(quick_reply_ids))[:MOST_IN_ONE_ANSWER])
    # In one order, so that two answers at a time cannot wait for each other.
    ids = list(found.select_for_update().order_by("pk").values_list("pk", flat=True))
    if not ids:
        return
    QuickReply.objects.filter(pk__in=ids).update(use_count=F("use_count") + 1, last_used_at=moment)
    if actor.user_id is None:
        return
    known = QuickReplyUse.objects.filter(user_id=actor.user_id, quick_reply_id__in=ids)
    QuickReplyUse.objects.bulk_create(
        [QuickReplyUse(user_id=actor.user_id, quick_reply_id=pk, last_used_at=moment) for pk in ids],
        ignore_conflicts=True,
    )
    known.update(last_used_at=moment, use_count=F("use_count") + 1)
