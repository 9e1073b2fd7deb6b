"""Kills between the customer's message and the timeline: nothing lost, nothing doubled."""

import json
import urllib.error
import urllib.request

import pytest

from channels_app.adapters.api.signing import sign_headers
from helpdesk.common.clock import now
from tests.faults.conftest import KILLS, free_port

OFFERED = 3 * KILLS + 24
SECRET = "whsec_" + "c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0"


@pytest.mark.parametrize(
    "step",
    [
        "processing.after_claim",
        "processing.after_parse",
        "intake.before_transaction",
        "intake.before_commit",
        "intake.after_commit",
    ],
)
def test_killed_worker_loses_and_doubles_no_mail(world, counted, step):
    world.run("create_channel", kind="email", slug="support", config={"address": "support@desk.example"})
    world.run("store_mails", slug="support", count=OFFERED)
    killed = world.kill_at(step, "drain")
    assert world.run("drain") == 0
    stored = world.count("tickets_message")
    counted(kills=killed, offered=OFFERED, stored=stored, tickets=world.count("tickets_ticket"))
    assert killed == KILLS
    assert stored == world.count("tickets_ticket") == OFFERED
    assert world.count("channels_app_inboundevent WHERE state = 'processed'") == OFFERED
    assert world.count("tickets_attachment") == len([n for n in range(OFFERED) if n % 3 == 0])
    assert world.count("tickets_ticket WHERE event_sequence <> 2 OR unread_count <> 1") == 0


class Provider:
    """Posts like a provider does: again and again until it reads a 200. Starts the dead server anew, as a supervisor would."""

    def __init__(self, world, path, step):
        self.world, self.path, self.step, self.kills, self.pid = world, path, step, 0, 0
        self.restart()

    def restart(self):
        if self.pid:
            self.kills += self.world.wait(self.pid) == -9
        self.port = free_port()
        failpoint = f"{self.step}:3" if self.kills < KILLS else ""
        self.pid = self.world.start("serve", failpoint=failpoint, port=self.port)

    def post(self, body):
        headers = sign_headers(message_id=f"msg_{abs(hash(body))}", at=now(), body=body, secret=SECRET)
        headers["content-type"] = "application/json"
        for _ in range(2000):
            request = urllib.request.Request(f"http://127.0.0.1:{self.port}{self.path}", data=body, headers=headers)
            try:
                with urllib.request.urlopen(request, timeout=20) as answer:
                    assert answer.status == 200
                    return
            except urllib.error.HTTPError as error:
                raise AssertionError(error.read()) from error
            except ConnectionRefusedError:
                continue
            except urllib.error.URLError as error:
                if isinstance(error.reason, ConnectionRefusedError):
                    continue
                self.restart()
            except (ConnectionError, TimeoutError):
                self.restart()
        raise AssertionError("the server does not come back")


@pytest.mark.parametrize("step", ["webhook.before_store", "webhook.after_commit"])
def test_killed_web_process_loses_and_doubles_no_webhook(world, counted, step):
    world.run("create_channel", kind="api", slug="shop", secrets={"signing_secrets": [SECRET]})
    [[channel_uuid]] = world.query("SELECT uuid FROM channels_app_channel")
    provider = Provider(world, f"/hooks/api/{channel_uuid}/", step)
    for number in range(OFFERED):
        item = {
            "type": "message",
            "id": f"m{number}",
            "sender": {"id": f"u{number}", "name": f"User {number}"},
            "text": f"Hello {number}",
        }
        provider.post(json.dumps({"items": [item]}).encode())
    world.stop(provider.pid)
    assert world.run("drain") == 0
    stored = world.count("tickets_message")
    counted(kills=provider.kills, offered=OFFERED, stored=stored)
    assert provider.kills == KILLS
    assert stored == world.count("tickets_ticket") == OFFERED
