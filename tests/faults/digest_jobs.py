"""The weekly digest, as the scheduler mails it."""

from django.conf import settings

from helpdesk.accounts.models import User
from helpdesk.common.clock import now
from reporting.models import Digest
from reporting.services.digests import send_digests


def note_down_digests(count: int) -> None:
    """As many people, each with a digest that is due."""
    for number in range(count):
        user = User.objects.create_user(f"lead{number}", email=f"lead{number}@desk.example")
        Digest.objects.create(user=user, week_on=now().date())


def mail_digests(url: str) -> None:
    settings.HELPDESK_MAIL_URL = url
    send_digests()
