"""What the poller makes of a server that does not hand out what it has."""

import pytest

from channels_app.adapters.email.adapter import EmailAdapter
from channels_app.adapters.email.fetching import MailboxPoll
from channels_app.adapters.email.imap import ImapConnection
from channels_app.adapters.values import ChannelConfig

CURSOR = {"INBOX": {"uidvalidity": 7, "last_uid": 0, "seen_on": "2026-01-01"}}


class BrokenServer:
    """A mailbox on a server that answers NO to every command about one of the ``broken`` mails, and nothing about ``gone`` ones."""

    def __init__(self, last, *, broken=(), gone=()):
        self.last, self.broken, self.gone = last, set(broken), set(gone)
        self.client, self.folder = self, self
        self.searches = 0

    def set(self, name, readonly=False):
        return "OK", [b""]

    def response(self, name):
        return name, [b"7" if name == "UIDVALIDITY" else str(self.last + 1).encode()]

    def uids(self, criteria, charset=None):
        self.searches += 1
        assert self.searches < 100
        first, last = criteria.split()[1].split(":")
        return [str(uid) for uid in range(int(first), int(last) + 1)]

    def uid(self, command, uid_set, what):
        asked = [int(uid) for uid in uid_set.split(",")]
        if self.broken.intersection(asked):
            return "NO", [b"[SERVERBUG] Internal error occurred."]
        answers = [self._answer(uid, what) for uid in asked if uid not in self.gone]
        return "OK", [part for answer in answers for part in answer] or [None]

    def _answer(self, uid, what):
        mail = b"Subject: Mail %d\r\n\r\nHello\r\n" % uid
        if "RFC822.SIZE" in what:
            return [b'1 (UID %d RFC822.SIZE %d INTERNALDATE "01-Jan-2026 10:00:00 +0000")' % (uid, len(mail))]
        return [(b"1 (UID %d BODY[] {%d}" % (uid, len(mail)), mail), b")"]


def poll(server):
    connection = ImapConnection(server, host="mail.example", port=993)
    return MailboxPoll(connection, config={}, cursor=CURSOR).run()


def test_mail_that_the_server_cannot_describe_is_put_aside_and_stops_no_other():
    result = poll(BrokenServer(5, broken=[2, 4]))
    assert [(e.meta["uid"], e.quarantine_reason) for e in result.events] == [
        (1, ""),
        (2, "unreadable_at_server"),
        (3, ""),
        (4, "unreadable_at_server"),
        (5, ""),
    ]
    assert result.cursor["INBOX"]["last_uid"] == 5


def test_two_mails_of_which_nothing_is_known_are_not_taken_for_one():
    events = [e for e in poll(BrokenServer(5, broken=[2, 4])).events if e.quarantine_reason]
    adapter = EmailAdapter(ChannelConfig())
    assert len({adapter.event_key(event) for event in events}) == 2


@pytest.mark.parametrize("count", [3, 120])
def test_mails_that_are_found_and_not_given_do_not_keep_the_poller_busy_for_ever(count):
    result = poll(BrokenServer(count, gone=range(1, count)))
    assert [event.meta["uid"] for event in result.events] == [count]
    assert result.cursor["INBOX"]["last_uid"] == count
