"""Polling a mailbox: where to go on, how much at a time, and what to do about mails that do not come.

The cursor is ``{folder: {"uidvalidity", "last_uid", "seen_on", ...}}``: everything up to ``last_uid`` is stored. When the
server numbers its mails anew, or takes numbers back, the folder is read again by date; what was stored before is dropped
by its key. Flags are never a memory.
"""

from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from datetime import date, datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from channels_app.adapters.base import AdapterError, ParseError, PollResult, RawEvent
from channels_app.adapters.email.headers import read_headers
from channels_app.adapters.email.identifiers import message_id as message_id_of
from channels_app.adapters.email.imap import FolderState, ImapConnection, Listed, Unfetchable
from channels_app.adapters.email.limits import MAX_ASKED_FOR_BYTES, MAX_TOTAL_BYTES
from helpdesk.common.clock import now

CHUNK_MAILS = 50
CHUNK_BYTES = 20 * 1024 * 1024
GROUP_MAILS = 10
GROUP_BYTES = 1024 * 1024
_FIRST_WINDOW = 500
_LARGEST_WINDOW = 100_000
# Reading again by date starts earlier than the last success: clocks differ, and servers know days only.
RESCAN_MARGIN = timedelta(days=3)
RESCAN_WITHOUT_MEMORY = timedelta(days=14)
# A mail at which the connection breaks again and again, while all before it works, is left for a person to fetch.
_GIVE_UP_TRIES = 10
_GIVE_UP_AFTER = timedelta(minutes=30)


class MailboxPoll:
    """One chunk: at most 50 mails or 20 MB over all folders."""

    def __init__(self, connection: ImapConnection, *, config: Mapping[str, Any], cursor: Mapping[str, Any]) -> None:
        self._connection = connection
        self._config = config
        self._cursor = deepcopy(dict(cursor))
        self._events: list[RawEvent] = []
        self._bytes_left = CHUNK_BYTES
        self._has_more = False

    def run(self) -> PollResult:
        """Fetch. A failure after some mails keeps those: the cursor stands behind the last complete one."""
        before = deepcopy(self._cursor)
        error: AdapterError | None = None
        try:
            for folder in folders_of(self._config):
                self._poll_folder(folder)
        except AdapterError as failure:
            if not self._events and self._cursor == before:
                raise
            error = failure
        return PollResult(
            events=self._events, cursor=self._cursor, has_more=self._has_more and error is None, error=error
        )

    def _poll_folder(self, folder: str) -> None:
        state = self._connection.select(folder)
        marks = self._starting_marks(folder, state)
        self._cursor[folder] = marks
        window = _FIRST_WINDOW
        while marks["last_uid"] < state.uidnext - 1:
            if self._is_full():
                self._has_more = True
                return
            first, last, since = _next_window(marks, state, window)
            uids = self._connection.uids(first, last, since=since)
            batch = uids[: CHUNK_MAILS - len(self._events)]
            if not self._fetch(folder, marks, batch):
                self._has_more = True
                return
            # Only a window that was read to its end is behind us: further mails may stand between batch and end.
            if len(batch) == len(uids):
                marks["last_uid"] = last
            window = min(window * 2, _LARGEST_WINDOW) if not uids else _FIRST_WINDOW
        _end_rescan(marks)
        marks["seen_on"] = now().date().isoformat()

    def _starting_marks(self, folder: str, state: FolderState) -> dict[str, Any]:
        stored = self._cursor.get(folder)
        if stored is None:
            return self._first_marks(state)
        is_same = stored["uidvalidity"] == state.uidvalidity and state.uidnext > stored["last_uid"]
        if is_same:
            return dict(stored)
        seen_on = stored.get("seen_on")
        since = date.fromisoformat(seen_on) - RESCAN_MARGIN if seen_on else now().date() - RESCAN_WITHOUT_MEMORY
        if stored.get("since"):  # numbered anew while an earlier reading by date was under way
            since = min(since, date.fromisoformat(stored["since"]))
        return _marks_since(state, since)

    def _first_marks(self, state: FolderState) -> dict[str, Any]:
        since = self._config.get("first_poll_since")
        if self._config.get("first_poll") == "since" and since:
            return _marks_since(state, date.fromisoformat(since))
        return {"uidvalidity": state.uidvalidity, "last_uid": state.uidnext - 1}

    def _fetch(self, folder: str, marks: dict[str, Any], uids: Sequence[int]) -> bool:
        """Fetch the mails in order; False when the chunk is full before the last of them."""
        for group in _groups(self._connection.listed(uids), has_trouble="trouble" in marks):
            if self._is_full(group):
                return False
            try:
                self._fetch_group(folder, marks, group)
            except AdapterError:
                _note_trouble(marks, group[0].uid)
                raise
            marks.pop("trouble", None)
            marks["last_uid"] = group[-1].uid
        # What was found and not listed has vanished; to look for it again would never end.
        marks["last_uid"] = max([marks["last_uid"], *uids])
        return True

    def _is_full(self, group: Sequence[Listed] = ()) -> bool:
        size = sum(_download_size(mail) for mail in group)
        return bool(self._events) and (len(self._events) >= CHUNK_MAILS or size > self._bytes_left)

    def _fetch_group(self, folder: str, marks: dict[str, Any], group: Sequence[Listed]) -> None:
        meta = {"folder": folder, "uidvalidity": marks["uidvalidity"]}
        if group[0].size > MAX_TOTAL_BYTES:
            self._events.append(self._partial(group[0], meta, "too_large"))
            return
        if _is_hopeless(marks, group[0].uid):
            self._events.append(_as_partial(b"", group[0], meta, "unreadable_at_server"))
            return
        try:
            bodies = self._connection.bodies([mail.uid for mail in group])
        except Unfetchable:
            bodies = {}
        for mail in group:
            event = self._whole_or_partial(mail, bodies, meta)
            if event is not None:
                self._events.append(event)
                self._bytes_left -= len(event.body)

    def _whole_or_partial(self, mail: Listed, bodies: Mapping[int, bytes], meta: Mapping[str, Any]) -> RawEvent | None:
        """The mail, or what there is of it; None when it was deleted meanwhile."""
        body = bodies.get(mail.uid, b"")
        try:
            body = body or self._connection.bodies([mail.uid]).get(mail.uid, b"")
        except Unfetchable:
            return self._partial(mail, meta, "unreadable_at_server")
        if not body:
            is_there = self._connection.uids(mail.uid, mail.uid) and mail.size
            return self._partial(mail, meta, "unreadable_at_server") if is_there else None
        # The announced size may have been wrong (some servers estimate it).
        if len(body) > MAX_TOTAL_BYTES:
            return self._partial(Listed(uid=mail.uid, size=len(body), arrived_at=mail.arrived_at), meta, "too_large")
        return RawEvent(
            body=body,
            content_type="message/rfc822",
            received_at=mail.arrived_at,
            source="poll",
            meta={**meta, "uid": mail.uid},
        )

    def _partial(self, mail: Listed, meta: Mapping[str, Any], reason: str) -> RawEvent:
        try:
            header = self._connection.header(mail.uid)
        except Unfetchable:
            header = b""
        return _as_partial(header, mail, meta, reason)


def fetch_whole_mail(connection: ImapConnection, event: RawEvent) -> bytes:
    """The whole of a mail that was stored in part, wherever the server numbers it now. Raises AdapterError."""
    meta = event.meta
    if int(meta.get("size") or 0) > MAX_ASKED_FOR_BYTES:
        limit = MAX_ASKED_FOR_BYTES // (1024 * 1024)
        raise AdapterError("too_large", _("The mail is larger than %(limit)d MB.") % {"limit": limit}, permanent=True)
    state = connection.select(str(meta.get("folder") or "INBOX"))
    try:
        if state.uidvalidity == meta.get("uidvalidity"):
            uids = [int(meta["uid"])]
        else:
            message_id = known_message_id(event.body)
            listed = connection.listed(connection.uids_of_message(f"<{message_id}>")) if message_id else []
            uids = [mail.uid for mail in listed if mail.size == meta.get("size")][:1]
        bodies = connection.bodies(uids)
    except Unfetchable as error:
        raise AdapterError("refused", str(error), permanent=False) from error
    if not any(bodies.values()):
        raise AdapterError("gone", _("The mail is not in its folder any more."), permanent=True)
    return next(iter(bodies.values()))


def known_message_id(header: bytes) -> str:
    """The Message-ID in a raw header, without brackets; "" where it cannot be read."""
    try:
        headers, _end = read_headers(header.replace(b"\r\n", b"\n"), 0, is_top=True)
    except ParseError:
        return ""
    return message_id_of(headers.raw("message-id"))


def mark_stored(connection: ImapConnection, events: Sequence[RawEvent], *, move_to: str = "") -> None:
    """Mark or move what is stored whole, as long as the folder still numbers its mails the same way."""
    by_folder: dict[tuple[str, int], list[int]] = {}
    for event in events:
        if not event.meta.get("is_partial"):
            by_folder.setdefault((event.meta["folder"], event.meta["uidvalidity"]), []).append(event.meta["uid"])
    for (folder, uidvalidity), uids in by_folder.items():
        if folder == move_to or connection.select(folder, is_readonly=False).uidvalidity != uidvalidity:
            continue
        if move_to:
            connection.move(uids, move_to)
        else:
            connection.mark_seen(uids)


def folders_of(config: Mapping[str, Any]) -> list[str]:
    """The folders to read."""
    return list(config.get("folders") or ["INBOX"])


def _marks_since(state: FolderState, since: date) -> dict[str, Any]:
    """Read all that is there now and arrived on that day or later; what arrives from now on is read whatever its date."""
    return {
        "uidvalidity": state.uidvalidity,
        "last_uid": 0,
        "since": since.isoformat(),
        "since_until": state.uidnext - 1,
    }


def _next_window(marks: Mapping[str, Any], state: FolderState, size: int) -> tuple[int, int, date | None]:
    """Which uids to ask for next: a bounded range, because an answer about a million mails helps nobody."""
    first = marks["last_uid"] + 1
    last = min(first + size - 1, state.uidnext - 1)
    until = marks.get("since_until", 0)
    if first > until:
        return first, last, None
    return first, min(last, until), date.fromisoformat(marks["since"])


def _end_rescan(marks: dict[str, Any]) -> None:
    if marks["last_uid"] >= marks.get("since_until", 0):
        marks.pop("since", None)
        marks.pop("since_until", None)


def _groups(mails: Sequence[Listed], *, has_trouble: bool) -> Iterator[list[Listed]]:
    """What is fetched with one command: up to 10 mails and 1 MB; alone what is large or follows a failure."""
    group: list[Listed] = []
    size = 0
    for index, mail in enumerate(mails):
        is_alone = mail.size > GROUP_BYTES or (has_trouble and index == 0)
        if group and (is_alone or len(group) >= GROUP_MAILS or size + mail.size > GROUP_BYTES):
            yield group
            group, size = [], 0
        group.append(mail)
        size += mail.size
        if is_alone:
            yield group
            group, size = [], 0
    if group:
        yield group


def _download_size(mail: Listed) -> int:
    return mail.size if mail.size <= MAX_TOTAL_BYTES else 0


def _as_partial(header: bytes, mail: Listed, meta: Mapping[str, Any], reason: str) -> RawEvent:
    return RawEvent(
        body=header,
        content_type="message/rfc822",
        received_at=mail.arrived_at,
        source="poll",
        meta={**meta, "uid": mail.uid, "size": mail.size, "is_partial": True},
        quarantine_reason=reason,
    )


def _note_trouble(marks: dict[str, Any], uid: int) -> None:
    known = marks.get("trouble") or {}
    if known.get("uid") == uid:
        marks["trouble"] = {**known, "tries": known["tries"] + 1}
    else:
        marks["trouble"] = {"uid": uid, "tries": 1, "since": now().isoformat()}


def _is_hopeless(marks: Mapping[str, Any], uid: int) -> bool:
    trouble = marks.get("trouble") or {}
    if trouble.get("uid") != uid or trouble["tries"] < _GIVE_UP_TRIES:
        return False
    return now() - datetime.fromisoformat(trouble["since"]) > _GIVE_UP_AFTER
