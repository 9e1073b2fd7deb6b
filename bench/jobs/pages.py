"""Pages and endpoints over HTTP inside the process, against a bare view of the same rows, as one agent sees them."""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

from django.contrib.auth.models import Group
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from bench.measuring import backend_pid, compare
from bench.table import Row
from helpdesk.accounts.models import User
from helpdesk.load.words import Words
from tickets.models import Message, Ticket
from tickets.models.ticket import OPEN_STATUSES

REQUESTS = 20
SEARCHES = 200
MESSAGES = 50
LONGEST_INBOX, LONGEST_WORKSPACE = 6, 9


@dataclass(frozen=True, kw_only=True)
class Page:
    """One comparison: our path, the bare one, and how much slower ours may be."""

    name: str
    ours: str
    bare: str
    floor: float | None = 2.0
    ambition: float = 1.3
    most_queries: int | None = None


class Pages:
    """An agent at work: logged in, with tickets of his own, among them one with fifty messages."""

    def __init__(self) -> None:
        self._client = Client(headers={"host": "localhost"})
        self._agent = _agent()
        self._client.force_login(self._agent)
        self._ticket = _long_ticket(self._agent)
        self._backend = backend_pid()

    def pages(self) -> list[Page]:
        """What is compared with what."""
        return [
            Page(name="API list, 25 tickets", ours="/api/v1/tickets/?page_size=25", bare="/bare/list/", most_queries=4),
            Page(
                name=f"API detail, {MESSAGES} messages",
                ours=f"/api/v1/messages/?ticket={self._ticket}&page_size={MESSAGES}&ordering=sort_at",
                bare=f"/bare/detail/{self._ticket}/",
                most_queries=12,
            ),
            Page(
                name="admin inbox, mine",
                ours="/admin/tickets/ticket/?view=mine",
                bare="/bare/admin/tickets/ticket/",
                most_queries=LONGEST_INBOX,
            ),
            Page(
                name=f"workspace page, {MESSAGES} messages",
                ours=f"/admin/tickets/ticket/{self._ticket}/change/",
                bare=f"/bare/detail/{self._ticket}/",
                floor=None,
                most_queries=LONGEST_WORKSPACE,
            ),
        ]

    def row(self, page: Page) -> Row:
        """The line of one page."""
        queries = self._queries(page.ours)
        found = compare(
            reference=self._block(page.bare), ours=self._block(page.ours), backends=(self._backend, self._backend)
        )
        is_few = page.most_queries is None or queries <= page.most_queries
        return Row(
            job=page.name,
            ours=f"{found.ours_ms:.1f} ms CPU ({found.ours_wall_ms:.1f} ms)",
            reference=f"{found.reference_ms:.1f} ms, bare view",
            ratio=f"{found.ratio:.2f}x",
            floor=f"<= {page.floor}x" if page.floor else "",
            ambition=f"<= {page.ambition}x" if page.floor else "",
            met=(page.floor is None or found.ratio <= page.floor) and is_few,
            queries=f"{queries} (<= {page.most_queries})",
        )

    def search_row(self, message_count: int) -> Row:
        """Any word, common or rare, as the API answers it; warm."""
        words = Words(seed=5).draw(SEARCHES) + Words(seed=6).vocabulary[-20:]
        for word in words[:10]:
            self._get(f"/api/v1/tickets/?search={word}&page_size=25")
            self._get(f"/bare/search/?search={word}")
        ours, bare = [], []
        for word in words:
            ours.append(self._timed(f"/api/v1/tickets/?search={word}&page_size=25"))
            bare.append(self._timed(f"/bare/search/?search={word}"))
        p95, bare_p95 = _p95(ours), _p95(bare)
        return Row(
            job=f"search, any word in {message_count:,} messages, p95",
            ours=f"{p95:.1f} ms (p50 {statistics.median(ours) * 1000:.1f})",
            reference=f"{bare_p95:.1f} ms (p50 {statistics.median(bare) * 1000:.1f}), bare view",
            ratio=f"{p95 / bare_p95:.2f}x",
            floor="<= 30 ms",
            ambition="<= 12 ms",
            met=p95 <= 30,
        )

    def report_row(self, ticket_count: int) -> Row:
        """First response of one month by channel."""
        path = "/api/v1/reports/first-response/?group_by=channel&include_demo=true"
        self._get(path)
        ours = statistics.median(self._timed(path) for _number in range(20)) * 1000
        bare = statistics.median(self._timed("/bare/report/") for _number in range(20)) * 1000
        return Row(
            job=f"report of a month by channel, {ticket_count:,} tickets",
            ours=f"{ours:.1f} ms",
            reference=f"{bare:.1f} ms, bare view",
            ratio=f"{ours / bare:.1f}x",
            floor="<= 60 ms",
            ambition="<= 10 ms",
            met=ours <= 60,
            queries=str(self._queries(path)),
        )

    def _block(self, path: str) -> Callable[[], int]:
        def run() -> int:
            for _number in range(REQUESTS):
                self._get(path)
            return REQUESTS

        self._get(path)
        return run

    def _queries(self, path: str) -> int:
        self._get(path)
        with CaptureQueriesContext(connection) as captured:
            self._get(path)
        return len([query for query in captured if not query["sql"].startswith(("BEGIN", "COMMIT", "SET "))])

    def _timed(self, path: str) -> float:
        return _timed(lambda: self._get(path))

    def _get(self, path: str) -> None:
        answer = self._client.get(path)
        if answer.status_code != 200:
            raise RuntimeError(f"{path} answered {answer.status_code}: {answer.content[:300]!r}")


def _timed(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def _agent() -> User:
    agent = User.objects.filter(username="load.agent0").first() or User.objects.create(
        username="load.agent0", is_staff=True
    )
    agent.groups.add(Group.objects.get(name="agent"))
    return agent


def _long_ticket(agent: User) -> int:
    """A ticket of the agent with fifty messages: the newest open one takes messages over from others."""
    ticket = Ticket.objects.filter(status__in=OPEN_STATUSES, assignee=agent).order_by("-last_message_at")[0]
    conversation = ticket.messages.order_by("id")[0].conversation
    taken = Message.objects.exclude(ticket=ticket).order_by("id")[: MESSAGES - ticket.messages.count()]
    Message.objects.filter(pk__in=list(taken.values_list("pk", flat=True))).update(
        ticket=ticket, conversation=conversation
    )
    return ticket.pk


def _p95(seconds: list[float]) -> float:
    """In milliseconds."""
    return sorted(seconds)[int(len(seconds) * 0.95)] * 1000
