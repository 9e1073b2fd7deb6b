"""The last step before a survey mail leaves: the personal links go in. See HELPDESK_OUTBOUND_STEPS."""

from dataclasses import replace

from django.template.loader import render_to_string

from channels_app.adapters.base import OutboundMessage
from channels_app.registry import adapter_class
from surveys.models import Invitation
from surveys.policies.chat_question import LINK_PLACE
from surveys.policies.mail import SurveyMail, survey_mail, with_links
from surveys.policies.scales import THUMBS
from surveys.policies.texts import texts_for
from surveys.services.tokens import survey_url
from tickets.models import Message

MOST_IN_A_ROW = 6


def put_in_survey_link(message: Message, outbound: OutboundMessage) -> OutboundMessage:
    """A survey's mail with one link per score in its text and as buttons in its HTML; its approved message with the one link it has
    a place for; every other message as it is.
    """
    if message.purpose != "survey" or message.channel is None:
        return outbound
    is_mail = adapter_class(message.channel.kind).is_threaded
    if not is_mail and LINK_PLACE not in outbound.text:
        return outbound
    invitation = _invitation_of(message)
    if invitation is None:
        return outbound
    if not is_mail:
        return _with_one_link(outbound, survey_url(invitation))
    scale = invitation.survey.values
    links = {score: survey_url(invitation, score=score) for score in scale.scores}
    mail = mail_of(invitation, message)
    is_reminder = bool(message.details.get("survey", {}).get("is_reminder"))
    return replace(
        outbound,
        text=with_links(outbound.text, links, scale=scale),
        html=render_mail(mail, links, is_reminder=is_reminder),
    )


def _invitation_of(message: Message) -> Invitation | None:
    """The invitation that the message asks about; a reminder is not the invitation's own message."""
    found = Invitation.objects.select_related("survey", "customer", "ticket")
    key = str(message.details.get("survey", {}).get("invitation", ""))
    return found.filter(uuid=key).first() if key else found.filter(message=message).first()


def _with_one_link(outbound: OutboundMessage, url: str) -> OutboundMessage:
    template = outbound.template
    if template is not None:
        template = replace(template, variables=[value.replace(LINK_PLACE, url) for value in template.variables])
    return replace(outbound, text=outbound.text.replace(LINK_PLACE, url), template=template)


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


def render_mail(mail: SurveyMail, links: dict[int, str], *, is_reminder: bool = False) -> str:
    """The HTML part: tables and inline styles, because mail programs know little else; no image, no script."""
    scores = sorted(links, reverse=mail.scale.key == THUMBS)
    half = len(scores) if len(scores) <= MOST_IN_A_ROW else (len(scores) + 1) // 2
    rows = [scores[:half], scores[half:]]
    context = {
        "mail": mail,
        "texts": mail.texts,
        "words": mail.words,
        "is_reminder": is_reminder,
        "is_thumbs": mail.scale.key == THUMBS,
        "rows": [[_button(mail, score, links[score]) for score in row] for row in rows if row],
        "missing": [""] * (half - len(rows[1])) if rows[1] else [],
    }
    return render_to_string("surveys/mail.html", context)


def _button(mail: SurveyMail, score: int, link: str) -> dict[str, str | int]:
    tone = "low" if mail.scale.is_low(score) else "top" if score >= mail.scale.top else "middle"
    return {"score": score, "link": link, "tone": tone}
