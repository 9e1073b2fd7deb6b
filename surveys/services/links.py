"""The last step before a survey mail leaves: the personal links go in. See HELPDESK_OUTBOUND_STEPS."""

from dataclasses import replace

from django.template.loader import render_to_string

from channels_app.adapters.base import OutboundMessage
from surveys.models import Invitation
from surveys.policies.mail import SurveyMail, survey_mail, with_links
from surveys.policies.scales import THUMBS
from surveys.policies.texts import texts_for
from surveys.services.tokens import survey_url
from tickets.models import Message

MOST_IN_A_ROW = 6


def put_in_survey_link(message: Message, outbound: OutboundMessage) -> OutboundMessage:
    """The message with one link per score in its text and as buttons in its HTML; every other message as it is."""
    if message.purpose != "survey":
        return outbound
    invitation = (
        Invitation.objects.select_related("survey", "customer", "ticket", "message__channel__brand")
        .filter(message=message)
        .first()
    )
    if invitation is None:
        return outbound
    scale = invitation.survey.values
    links = {score: survey_url(invitation, score=score) for score in scale.scores}
    return replace(
        outbound,
        text=with_links(outbound.text, links, scale=scale),
        html=render_mail(mail_of(invitation, message), links),
    )


def mail_of(invitation: Invitation, message: Message) -> SurveyMail:
    """What the mail of a stored invitation says, in the language it was written in."""
    channel = message.channel
    assert channel is not None
    return survey_mail(
        invitation.survey,
        texts=texts_for(invitation.language),
        brand=channel.brand.name,
        name=invitation.customer.name,
        subject=invitation.ticket.subject if invitation.ticket else "",
    )


def render_mail(mail: SurveyMail, links: dict[int, str]) -> str:
    """The HTML part: tables and inline styles, because mail programs know little else; no image, no script."""
    scores = sorted(links, reverse=mail.scale.key == THUMBS)
    half = len(scores) if len(scores) <= MOST_IN_A_ROW else (len(scores) + 1) // 2
    rows = [scores[:half], scores[half:]]
    context = {
        "mail": mail,
        "texts": mail.texts,
        "words": mail.words,
        "is_thumbs": mail.scale.key == THUMBS,
        "rows": [[_button(mail, score, links[score]) for score in row] for row in rows if row],
        "missing": [""] * (half - len(rows[1])) if rows[1] else [],
    }
    return render_to_string("surveys/mail.html", context)


def _button(mail: SurveyMail, score: int, link: str) -> dict[str, str | int]:
    tone = "low" if mail.scale.is_low(score) else "top" if score >= mail.scale.top else "middle"
    return {"score": score, "link": link, "tone": tone}
