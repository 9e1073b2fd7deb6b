"""The composer's endpoints: reply, note, draft, undo, decisions about deliveries, and reading."""

from collections.abc import Sequence

from django.conf import settings
from django.http import HttpResponse, JsonResponse, QueryDict
from django.utils.translation import gettext as _

from channels_app.adapters.base import Choice, TemplateUse
from helpdesk.common.errors import HelpdeskError, InvalidInput, NotVisible, Unprocessable
from tickets.admin.composer import describe_text
from tickets.admin.doors import AgentRequest
from tickets.admin.macro_menu import next_url, permitted_macro
from tickets.models import Conversation, Message, Ticket
from tickets.services.actors import Actor
from tickets.services.drafts import save_draft
from tickets.services.files import StoredFile, store_file
from tickets.services.lifecycle import mark_read
from tickets.services.macros import run_macro
from tickets.services.quick_reply_uses import MOST_IN_ONE_ANSWER
from tickets.services.replies import add_note
from tickets.services.unsending import leave_unsent, send_again, undo_send
from tickets.services.written_answers import WrittenAnswer, send_answer

MAX_FILES = 20
MOST_CHOICES, MOST_VARIABLES, MOST_VARIABLE = 50, 50, 2000


class TooLarge(HelpdeskError):
    """The files together pass the limit."""

    status = 413


def reply(request: AgentRequest, ticket: Ticket) -> HttpResponse:
    """Send an answer or keep a note: 204 and ``HX-Trigger: newmsg``, so that the bubble comes the one way all come.

    Takes ``kind`` (message, note), ``text``, ``conversation``, ``cc`` (several), ``files``, ``seen``, ``then``, ``visibility``
    ("public" says that everybody may read it), ``asks_for``, ``quick_reply`` (several: what the text was written with), ``macro``
    (what is done with it, all or nothing), ``next`` (answers where to go on); ``template`` and ``template_language`` with
    ``template_variable_0``, ``_1`` ...; ``choice`` (several) with ``choice_description`` (as many).
    """
    data, actor = request.POST, Actor.agent(request.user)
    text = data.get("text", "")
    is_note = data.get("kind") == Message.Kind.NOTE
    if not is_note:
        _refuse_early(text, request)
    files = _store(request)
    if is_note:
        add_note(ticket_id=ticket.pk, actor=actor, text=text, attachments=files)
    else:
        _send(request, ticket, _answer(data, text, files))
    return _sent(request, ticket)


def _answer(data: QueryDict, text: str, files: Sequence[StoredFile]) -> WrittenAnswer:
    return WrittenAnswer(
        text=text,
        conversation_id=_number(data.get("conversation", "")),
        cc=[address for address in data.getlist("cc") if address.strip()],
        attachments=files,
        seen_sequence=_number(data.get("seen", "")),
        status_after=data.get("then", "") if data.get("then") in ("pending", "resolved") else "",
        undo_seconds=settings.HELPDESK_UNDO_SECONDS,
        template=template_use(data),
        choices=_choices(data),
        asks_for=data.get("asks_for", "")[:40],
        is_public=data.get("visibility") == Conversation.Visibility.PUBLIC,
        quick_reply_ids=[pk for pk in map(_number, data.getlist("quick_reply")[:MOST_IN_ONE_ANSWER]) if pk is not None],
    )


def _send(request: AgentRequest, ticket: Ticket, answer: WrittenAnswer) -> None:
    actor = Actor.agent(request.user)
    if request.POST.get("macro"):
        macro = permitted_macro(request, request.POST["macro"])
        run_macro(ticket_id=ticket.pk, macro_id=macro.pk, actor=actor, answer=answer)
    else:
        send_answer(ticket_id=ticket.pk, actor=actor, answer=answer)


def _sent(request: AgentRequest, ticket: Ticket) -> HttpResponse:
    """204; with ``next`` the address of the view's next ticket, once this one is answered."""
    trigger = {"HX-Trigger": "newmsg"}
    if not request.POST.get("next"):
        return HttpResponse(status=204, headers=trigger)
    return JsonResponse({"next": next_url(request, ticket)}, headers=trigger)


def _refuse_early(text: str, request: AgentRequest) -> None:
    """Refuse what needs no look at the ticket before files are written to storage."""
    if not text.strip() and not request.FILES and not request.POST.get("template"):
        raise Unprocessable("empty_reply", _("Write something first."), fields={"text": "empty"})


def template_use(data: QueryDict) -> TemplateUse | None:
    """The template that a form names, with the values of its variables; None where it names none."""
    name = data.get("template", "").strip()
    if not name:
        return None
    return TemplateUse(
        name=name[:512], language=data.get("template_language", "")[:20], variables=template_values(data)
    )


def template_values(data: QueryDict) -> tuple[str, ...]:
    """The values of a form's ``template_variable_0``, ``_1`` and so on: numbered, since scripts send fields in any order."""
    values: list[str] = []
    while len(values) < MOST_VARIABLES and (value := data.get(f"template_variable_{len(values)}")) is not None:
        values.append(value[:MOST_VARIABLE])
    return tuple(values)


def _choices(data: QueryDict) -> list[Choice]:
    """The buttons of a form. What comes back when one is pressed is made here: its number and its title."""
    titles, descriptions = data.getlist("choice"), data.getlist("choice_description")
    written = [
        (title.strip(), descriptions[index].strip() if index < len(descriptions) else "")
        for index, title in enumerate(titles[:MOST_CHOICES])
    ]
    return [
        Choice(payload=f"choice:{number}:{title}"[:200], title=title, description=description)
        for number, (title, description) in enumerate((one for one in written if one[0]), start=1)
    ]


def _store(request: AgentRequest) -> Sequence[StoredFile]:
    uploads = request.FILES.getlist("files")
    if len(uploads) > MAX_FILES:
        text = _("At most %(count)d files can be attached to one message.") % {"count": MAX_FILES}
        raise InvalidInput("too_many_files", text, fields={"files": "too many"})
    if sum(upload.size or 0 for upload in uploads) > settings.HELPDESK_MAX_ATTACHMENT_BYTES:
        most = settings.HELPDESK_MAX_ATTACHMENT_BYTES // 1024**2
        text = _("The files are larger than %(most)d MB together. Remove some of them.") % {"most": most}
        raise TooLarge("attachments_too_large", text, fields={"files": "too large"})
    return [
        store_file(name=upload.name or "", content=upload.read(), content_type=upload.content_type or "")
        for upload in uploads
    ]


def draft(request: AgentRequest, ticket: Ticket) -> HttpResponse:
    """Keep what is typed; an empty text forgets it. With a ``conversation`` the answer is what its channel says of the text."""
    kind = request.POST.get("kind", "")
    if kind not in Message.Kind.values:
        raise InvalidInput("unknown_kind", _("A draft is a message or a note."), fields={"kind": "unknown"})
    text = request.POST.get("text", "")
    save_draft(ticket_id=ticket.pk, actor=Actor.agent(request.user), kind=kind, text=text)
    note = describe_text(ticket, request.POST.get("conversation", ""), text)
    return HttpResponse(note, content_type="text/plain; charset=utf-8") if note else HttpResponse(status=204)


def undo(request: AgentRequest, ticket: Ticket, message_id: int) -> HttpResponse:
    """Take a message back while it waits; its text is answered, so that the composer can show it again."""
    _own(ticket, message_id)
    message = undo_send(message_id=message_id, actor=Actor.agent(request.user))
    return JsonResponse({"text": message.reply_text or message.text}, headers={"HX-Trigger": "newmsg"})


def again(request: AgentRequest, ticket: Ticket, message_id: int) -> HttpResponse:
    """Queue a failed or unknown message once more."""
    _own(ticket, message_id)
    send_again(message_id=message_id, actor=Actor.agent(request.user))
    return HttpResponse(status=204, headers={"HX-Trigger": "newmsg"})


def leave(request: AgentRequest, ticket: Ticket, message_id: int) -> HttpResponse:
    """Decide that a message of unknown outcome stays as it is."""
    _own(ticket, message_id)
    leave_unsent(message_id=message_id, actor=Actor.agent(request.user))
    return HttpResponse(status=204, headers={"HX-Trigger": "newmsg"})


def read(request: AgentRequest, ticket: Ticket) -> HttpResponse:
    """Somebody who answers has the ticket before him: the team's unread counter starts again."""
    mark_read(ticket_id=ticket.pk, actor=Actor.agent(request.user))
    return HttpResponse(status=204)


def _own(ticket: Ticket, message_id: int) -> None:
    # The ticket was fetched through visible_to; a message of another ticket is none of this page.
    if not Message.objects.filter(pk=message_id, ticket=ticket).exists():
        raise NotVisible("message_not_found", _("There is no such message."))


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None
