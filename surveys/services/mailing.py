"""Questions about no ticket: a mail to the customer's own address, claimed before it leaves and never repeated in doubt.

Claim (committed: asked, with a lease) -> send (no transaction) -> record. The link works from the claim on, because the customer may
be quicker than our record. Whoever dies in between leaves a question of which nobody knows whether it left: it counts as asked.
"""

import logging
from datetime import timedelta
from time import monotonic

from django.db import transaction

from channels_app.models import Brand
from channels_app.services.plain_mail import send_plain_mail
from helpdesk.common.clock import now
from helpdesk.common.errors import AdapterError
from helpdesk.common.failpoints import failpoint
from surveys.models import Invitation
from surveys.models.invitation import InvitationQuerySet
from surveys.policies.mail import mail_text, survey_mail, with_links
from surveys.policies.reasons import reason_not_to_ask
from surveys.services.asking import mark_as_sent, site_language, texts_of
from surveys.services.circumstances import Deciding, asked_customer, customer_keys, read_surveys
from surveys.services.customer_locks import lock_customers
from surveys.services.tokens import survey_url
from tickets.models import Customer, CustomerIdentity
from tickets.services.system_messages import is_writable

logger = logging.getLogger(__name__)

LEASE = timedelta(seconds=120)  # longer than the 60 s a send may take in all
AGAIN_AFTER = timedelta(minutes=10)
MOST_ATTEMPTS = 5
_State = Invitation.State


def mail_due_invitations(*, limit: int, deadline: float) -> int:
    """Ask by mail whoever is due; returns how many invitations were decided. Any number of workers may run it at once."""
    settle_dead_mails()
    decided = 0
    while decided < limit and monotonic() < deadline:
        claimed = _claim_next()
        if claimed is None:
            break
        decided += 1
        if claimed.state == _State.SENT:
            failpoint("survey.after_claim")
            send_survey_mail(claimed)
    return decided


def settle_dead_mails() -> int:
    """Say of questions whose sender died that nobody knows whether they left; returns how many."""
    dead = Invitation.objects.filter(lease_until__lt=now())
    return dead.update(lease_until=None, reason="unknown")


@transaction.atomic
def _claim_next() -> Invitation | None:
    """The next due question about no ticket, claimed as asked, or put off or suppressed; None when none is due."""
    moment = now()
    found = Invitation.objects.select_for_update(skip_locked=True, of=("self",)).select_related("customer__merged_into")
    due = found.filter(state=_State.SCHEDULED, due_at__lte=moment, ticket__isnull=True)
    invitation: Invitation | None = due.order_by("due_at", "id").first()
    if invitation is None:
        return None
    read_surveys([invitation])
    lock_customers(customer_keys(invitation))
    deciding = Deciding([invitation], moment)
    later = deciding.put_off_until(invitation)
    if later is not None:
        invitation.due_at = later
        invitation.save(update_fields=["due_at"])
        return invitation
    no_way = "" if mail_address(asked_customer(invitation)) else "no_address"
    reason = reason_not_to_ask(deciding.circumstances(invitation, no_way))
    if reason:
        invitation.state, invitation.reason = _State.SUPPRESSED, reason
    else:
        mark_as_sent(invitation, invitation.survey, moment)
        invitation.sent_via, invitation.language = (
            Invitation.SentVia.MAIL,
            texts_of(invitation, None, site_language()).language,
        )
        invitation.lease_until, invitation.attempts = moment + LEASE, invitation.attempts + 1
    invitation.save()
    return invitation


def mail_address(customer: Customer) -> str:
    """The address of the customer that mail can be written to, a verified one first, one that he wrote from before one that somebody
    told us; "" where there is none.
    """
    known = CustomerIdentity.objects.filter(customer=customer, kind="email", unreachable_since=None)
    addresses = known.order_by("-is_verified", "is_claimed", "-pk").values_list("address", flat=True)
    return next((address for address in addresses if is_writable(address)), "")


def send_survey_mail(invitation: Invitation, *, is_reminder: bool = False) -> None:
    """Send a claimed question and keep what became of it. Never inside a transaction."""
    customer, scale = asked_customer(invitation), invitation.survey.values
    texts = texts_of(invitation, None, site_language())
    brand = Brand.objects.order_by("pk").first()
    mail = survey_mail(invitation.survey, texts=texts, brand=brand.name if brand else "", name=customer.name)
    links = {score: survey_url(invitation, score=score) for score in scale.scores}
    text = with_links(mail_text(mail), links, scale=scale)
    text = f"{texts.reminder}\n\n{text}" if is_reminder else text
    try:
        send_plain_mail(recipient=mail_address(customer), subject=mail.words.subject, text=text)
    except AdapterError as error:
        logger.warning("the mail of invitation %s did not leave: %s", invitation.pk, error.code)
        _keep_failure(invitation, error, is_reminder=is_reminder)
    else:
        failpoint("survey.after_send")
        _claimed(invitation).update(lease_until=None)


def _keep_failure(invitation: Invitation, error: AdapterError, *, is_reminder: bool) -> None:
    if is_reminder:
        # The question itself has arrived, and a reminder is sent once.
        _claimed(invitation).update(lease_until=None)
    elif error.is_uncertain:
        _claimed(invitation).update(lease_until=None, reason="unknown")
    elif error.permanent or invitation.attempts >= MOST_ATTEMPTS:
        _claimed(invitation).update(
            lease_until=None, state=_State.SUPPRESSED, reason="not_delivered", sent_at=None, remind_at=None
        )
    else:
        again_at = now() + AGAIN_AFTER * 2 ** (invitation.attempts - 1)
        _claimed(invitation).update(
            lease_until=None, state=_State.SCHEDULED, sent_at=None, remind_at=None, due_at=again_at
        )


def _claimed(invitation: Invitation) -> InvitationQuerySet:
    """The row as long as this attempt holds it, and nobody has answered it."""
    return Invitation.objects.filter(
        pk=invitation.pk, state=_State.SENT, attempts=invitation.attempts, lease_until__isnull=False
    )
