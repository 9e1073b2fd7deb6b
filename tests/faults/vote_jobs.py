"""Customers who follow the links of their mails, and a scanner that follows all of them first."""

from collections.abc import Iterator

from django.conf import settings
from django.test import Client, override_settings

from helpdesk.common.clock import now
from surveys.models import Invitation, Survey, SurveyQuestion
from surveys.services.tokens import make_token
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
def scan_everything(times: int) -> None:
    """One machine fetches the link of every score and of none, over and over, as security software does with mail."""
    client = Client(REMOTE_ADDR="192.0.2.7", headers=_SCANNER)
    for turn in range(times):
        for invitation in _share(0, 1):
            path = f"/survey/{make_token(invitation)}/"
            address = path if turn == 0 else f"{path}?score={turn}"
            assert (client.head if turn % 3 == 2 else client.get)(address).status_code == 200


def score_of(invitation_id: int) -> int:
    """What the customer of this invitation votes."""
    return 1 + invitation_id % 10


def _share(worker: int, workers: int) -> Iterator[Invitation]:
    mine = (invitation for invitation in Invitation.objects.order_by("pk") if invitation.pk % workers == worker)
    return iter(list(mine))
