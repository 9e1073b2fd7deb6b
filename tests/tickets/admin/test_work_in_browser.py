"""The heartbeat as a browser sends it: while somebody is there and moves, and not a moment longer."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.factories import make_ticket
from tickets.models import WorkInterval

pytestmark = pytest.mark.django_db(transaction=True)
ADDRESS = re.compile(r"/work/$")
HIDE = """() => {
    Object.defineProperty(document, "hidden", { configurable: true, get: () => true });
    document.dispatchEvent(new Event("visibilitychange"));
}"""


def test_page_tells_that_somebody_works_until_he_rests_or_leaves(
    live_server: Any, page_of: Callable[..., Page], person: Callable[..., Any], email_channel: Any
) -> None:
    ticket = make_ticket(email_channel)
    page = page_of(person("ana", "agent"))
    told: list[str] = []
    page.on("request", lambda request: told.append(request.post_data or "") if ADDRESS.search(request.url) else None)
    page.clock.install()
    page.goto(f"{live_server.url}/admin/tickets/ticket/{ticket.pk}/change/")
    with page.expect_response(ADDRESS) as first:
        page.clock.run_for(2_500)
    assert first.value.status == 204
    running = WorkInterval.objects.get()
    assert (running.ticket, running.agent.username, running.kind, running.ended_at) == (ticket, "ana", "active", None)
    # Nobody moves: two more beats within the idle limit, then silence.
    page.clock.run_for(150_000)
    assert told == ["", "", ""]
    page.get_by_label("Your reply").fill("We look after it")
    with page.expect_response(lambda answer: answer.request.post_data == "w=1"):
        page.clock.run_for(2_500)
    with page.expect_response(lambda answer: (answer.request.post_data or "").startswith("end=now&")) as last:
        page.evaluate(HIDE)
    assert last.value.status == 204
    assert len(told) == 5
    assert not WorkInterval.objects.filter(ended_at=None).exists()
