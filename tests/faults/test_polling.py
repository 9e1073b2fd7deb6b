"""Kills while a mailbox is fetched: every mail arrives, each once, whatever the cursor said when it happened."""

import os

import pytest

from tests.faults.conftest import KILLS
from tests.faults.mails import make_mail
from tests.support.dovecot import PASSWORD, find_dovecot, running_dovecot

OFFERED = 24


@pytest.mark.parametrize("step", ["poll.before_store", "poll.before_commit", "poll.after_commit"])
def test_killed_poller_loses_and_doubles_no_mail(world, counted, step):
    if find_dovecot() is None and os.environ.get("CI") != "true":
        pytest.skip("dovecot is not installed")
    with running_dovecot() as server:
        config = server.config() | {"address": "support@desk.example"}
        world.run("create_channel", kind="email", slug="support", config=config, secrets={"imap_password": PASSWORD})
        killed = 0
        for number in range(KILLS):
            share = range(number * OFFERED // KILLS, (number + 1) * OFFERED // KILLS)
            server.deliver(*[make_mail(n) for n in share])
            killed += world.run("poll", failpoint=f"{step}:1", slug="support") == -9
            world.let_leases_expire()
        assert world.run("poll", slug="support") == 0
        assert world.run("drain") == 0
    stored = world.count("tickets_message")
    counted(kills=killed, offered=OFFERED, stored=stored)
    assert killed == KILLS
    assert stored == world.count("tickets_ticket") == OFFERED
    assert world.query("SELECT last_error FROM channels_app_channel") == [("",)]
