"""Customers who follow the links of their mails, and scanners that follow all of them first."""

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.test import Client, override_settings

from helpdesk.common.clock import now
from surveys.models import Invitation, Survey, SurveyQuestion
from surveys.services.tokens import make_token, survey_url
from tickets.models import Ticket

# The name and the plain static files that a test client has; a process of the zygote is started as the product is.
_AS_IN_TESTS = override_settings(
    ALLOWED_HOSTS=["testserver"],
    STORAGES=settings.STORAGES | {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}},
)
_SCANNER = {"User-Agent": "Mozilla/5.0 (compatible; SafeLinks)", "Sec-Purpose": "prefetch"}


def ask_everybody() -> None:
    """A question about each ticket, as if its mail had left."""
    survey, moment = Survey.objects.get(), now()
    Invitation.objects.bulk_create(
        Invitation(
            survey=survey, customer_id=customer_id, ticket_id=ticket_id, occasion="contact:1", state="sent", language="en",
            due_at=moment, sent_at=moment, expires_at=moment + survey.expires_after,
        )
        for ticket_id, customer_id in Ticket.objects.order_by("pk").values_list("pk", "customer_id")
    )  # fmt: skip


@_AS_IN_TESTS
def vote_everybody(worker: int, workers: int) -> None:
    """Each customer of this worker's share opens his link and sends his vote, with a reason after a low one."""
    question = SurveyQuestion.objects.get()
    for invitation in _share(worker, workers):
        path, score = f"/survey/{make_token(invitation)}/", score_of(invitation.pk)
        home = {"REMOTE_ADDR": f"10.{invitation.pk >> 16 & 255}.{invitation.pk >> 8 & 255}.{invitation.pk & 255}"}
        assert Client().get(f"{path}?score={score}", **home).status_code == 200
        sent = {"score": score, "comment": f"Comment {invitation.pk}", "asked": "1", f"q{question.pk}": "speed"}
        assert Client().post(path, sent, **home).status_code == 302


@_AS_IN_TESTS
def scan_everything(worker: int, workers: int, first: int, last: int) -> None:
    """One of the machines that fetch every link of every mail before and while people read it, as security software does.

    It takes the links of its share of the mails from turn ``first`` to the one before ``last``: by GET in the even turns, by
    HEAD in the odd ones. Each answer that shows the question counts; ``fetches_in`` reads the counts.
    """
    client = Client(REMOTE_ADDR=f"192.0.2.{7 + worker}", headers=_SCANNER)
    links = [link for invitation in _share(worker, workers) for link in _links_of(invitation)]
    fetched: Counter[str] = Counter()
    for turn in range(first, last):
        fetch = client.head if turn % 2 else client.get
        fetched.update(link for link in links if fetch(link).status_code == 200)
    Path(settings.MEDIA_ROOT).mkdir(parents=True, exist_ok=True)
    (Path(settings.MEDIA_ROOT) / f"fetched-{worker}-{first}.json").write_text(json.dumps(fetched))


def fetches_in(folder: Path) -> Counter[str]:
    """How often each link was fetched, from what the scanners have left in the folder of the files."""
    counted = [Counter(json.loads(path.read_text())) for path in folder.glob("fetched-*.json")]
    return sum(counted, Counter())


def _links_of(invitation: Invitation) -> list[str]:
    """The links of the mail, one for each score, as a client asks for them."""
    addresses = [urlsplit(survey_url(invitation, score=score)) for score in invitation.survey.values.scores]
    return [f"{address.path}?{address.query}" for address in addresses]


def score_of(invitation_id: int) -> int:
    """What the customer of this invitation votes."""
    return 1 + invitation_id % 10


def _share(worker: int, workers: int) -> Iterator[Invitation]:
    mine = (
        invitation
        for invitation in Invitation.objects.select_related("survey").order_by("pk")
        if invitation.pk % workers == worker
    )
    return iter(list(mine))
