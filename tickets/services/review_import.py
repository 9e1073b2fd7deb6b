"""Handing in reviews as a file: looked at first, then stored and filed like everything else that comes in."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from channels_app.adapters.base import ParseError, RawEvent, ReviewReceived
from channels_app.models import Channel
from channels_app.registry import adapter_for
from channels_app.services.storing import store_events
from helpdesk.common.clock import now
from helpdesk.common.errors import InvalidInput, NotVisible

MAX_FILE_BYTES = 5 * 1024 * 1024
KIND = "review_feed"


@dataclass(frozen=True, kw_only=True)
class ImportReport:
    """What a file holds: the reviews that can be read, and what is wrong with the other lines.

    ``event_id``: the stored file, or None where nothing was stored (a dry run, or a file that was handed in before).
    """

    reviews: Sequence[ReviewReceived]
    faults: Sequence[str]
    event_id: int | None = None
    is_known: bool = False


def import_reviews(
    *, channel_id: int, body: bytes, content_type: str = "", is_dry_run: bool = False, is_announced: bool = True
) -> ImportReport:
    """Read a table or feed; unless it is a dry run, store it, so that its reviews are filed at once and every bad line is named.

    A file with bad lines is filed in its good ones and waits in quarantine with the reasons. Raises NotVisible, and InvalidInput for
    a channel of another kind, an empty or too large file, and one in which no review can be read.
    """
    channel = Channel.objects.select_related("brand").filter(pk=channel_id, is_active=True).first()
    if channel is None:
        raise NotVisible("channel_not_found", _("There is no such active channel."))
    if channel.kind != KIND:
        raise InvalidInput(
            "wrong_kind", _("Files go to a channel of the kind “Reviews by feed or file”."), fields={"channel": "kind"}
        )
    if not body.strip() or len(body) > MAX_FILE_BYTES:
        raise InvalidInput("bad_file", _("The file is empty or larger than 5 MB."), fields={"file": "size"})
    event = RawEvent(body=body, content_type=content_type, received_at=now(), source="cli")
    faults: list[str] = []
    try:
        items = adapter_for(channel).parse(event)
    except ParseError as error:
        items, faults = error.items, error.message.splitlines()
    reviews = [item for item in items if isinstance(item, ReviewReceived)]
    if is_dry_run:
        return ImportReport(reviews=reviews, faults=faults)
    if not reviews:
        raise InvalidInput(
            "no_reviews", faults[0] if faults else _("The file holds no review."), fields={"file": "empty"}
        )
    stored = store_events(channel=channel, events=[event], is_announced=is_announced)
    return ImportReport(reviews=reviews, faults=faults, event_id=stored[0] if stored else None, is_known=not stored)
