"""Prepared words for a customer of a case: the team's own template or ours, with what is known filled in."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from channels_app.adapters.base import Can
from channels_app.registry import adapter_class
from helpdesk.accounts.models import User
from helpdesk.common.errors import InvalidInput, NotVisible
from surveys.models import CorrectiveAction, RecoveryCase, RecoveryText
from surveys.policies.cause_tree import TREE, stored_name
from surveys.policies.recovery_texts import BY_FIRM, BY_NAME, NOT_SIGNED, TEXTS, base_of, texts_for, whole_text
from surveys.selectors.recovery import actions_of, causes_above
from tickets.models import Customer
from tickets.policies.placeholders import fill_placeholders, harmless, placeholders_in, written_date
from tickets.selectors.rendered_replies import Reading, values_for

PLAN_PLACEHOLDER = "recovery.plan"


@dataclass(frozen=True, kw_only=True)
class PreparedText:
    """``text`` in ``language``; what nobody knows stands in it as “{{ name }}” and is listed. Nothing leaves while one is open."""

    text: str
    open_placeholders: tuple[str, ...]
    language: str


def prepare_text(
    *,
    case_id: int,
    kind: str,
    action_id: int | None = None,
    template_id: int | None = None,
    agent_id: int | None = None,
) -> PreparedText:
    """The words of a kind (``RecoveryText.Kind``) for the customer of a case, signed by ``agent_id``, else by its owner. Writes nothing.

    The team's template for the cause goes before the one for those above it, that before the one for every cause, and ours stands in
    where there is none in the customer's language. ``template_id`` names one of the team's instead. Raises NotVisible, InvalidInput for
    an unknown kind.
    """
    case = (
        RecoveryCase.objects.select_related("customer__organization", "ticket__channel__brand", "owner", "root_cause")
        .filter(pk=case_id)
        .first()
    )
    if case is None:
        raise NotVisible("case_not_found", _("There is no such case."))
    if kind not in RecoveryText.Kind.values:
        raise InvalidInput("unknown_kind", _("There is no such text."), fields={"kind": "unknown"})
    signer = User.objects.filter(pk=agent_id).first() if agent_id is not None else case.owner
    reading = _CaseReading(case, signer)
    template, language = _chosen(template_id, kind) if template_id is not None else _template(case, kind, reading)
    texts = texts_for(language)
    values = {
        "recovery.mistake": _mistake(case, language),
        "recovery.action": _action_title(action_id),
        "recovery.incentive": _incentive(case),
    }
    plan = _plan(case, texts.plan_line, texts.plan_line_without_date, language)
    return _filled(template, reading, language, values, plan)


class _CaseReading(Reading):
    """For whom it is written; a case without a ticket has a customer all the same."""

    def __init__(self, case: RecoveryCase, signer: User | None) -> None:
        super().__init__(ticket=case.ticket, agent=signer)
        self._case = case

    @property
    def customer(self) -> Customer:
        """Who reads it."""
        found: Customer = self._case.customer
        return found

    @property
    def wanted_language(self) -> str:
        """The customer's language, as he wrote it, else as he is known."""
        ticket = self._case.ticket
        return (ticket.language if ticket is not None else "") or self._case.customer.language or self.language


def _chosen(template_id: int, kind: str) -> tuple[str, str]:
    text = RecoveryText.objects.filter(pk=template_id, kind=kind).first()
    if text is None:
        raise NotVisible("text_not_found", _("There is no such text."))
    return text.text, text.language


def _template(case: RecoveryCase, kind: str, reading: _CaseReading) -> tuple[str, str]:
    """(template, its language)."""
    wanted = reading.wanted_language
    above = causes_above(case.root_cause_id)
    own = [
        text
        for text in RecoveryText.objects.filter(kind=kind).order_by("name", "pk")
        if base_of(text.language) == base_of(wanted) and (text.root_cause_id is None or text.root_cause_id in above)
    ]
    if own:
        own.sort(key=lambda text: above.index(text.root_cause_id) if text.root_cause_id is not None else len(above))
        return own[0].text, own[0].language
    language = texts_for(wanted, reading.language).language
    has_name = bool(values_for("{{customer.first_name}}", reading, language))
    return whole_text(language, kind, has_name=has_name, signature=_signature(reading)), language


def _signature(reading: _CaseReading) -> str:
    """Mail carries the signature of its agent by itself, where he has one."""
    if reading.agent is None:
        return BY_FIRM
    is_mail = reading.channel is not None and Can.SUBJECT in adapter_class(reading.channel.kind).can
    return NOT_SIGNED if is_mail and reading.agent.signature.strip() else BY_NAME


def _filled(template: str, reading: _CaseReading, language: str, values: dict[str, str], plan: str) -> PreparedText:
    """The plan is a list and keeps its lines; everything else is a value of one line."""
    pieces, missing, covered = [], [], 0
    for place in [one for one in placeholders_in(template) if one.name == PLAN_PLACEHOLDER]:
        pieces += [template[covered : place.start], plan or f"{{{{ {PLAN_PLACEHOLDER} }}}}"]
        missing += [] if plan else [PLAN_PLACEHOLDER]
        covered = place.end
    pieces.append(template[covered:])
    text = ""
    for number, piece in enumerate(pieces):
        if number % 2:
            text += piece
            continue
        filled = fill_placeholders(piece, values_for(piece, reading, language) | values)
        text += filled.text
        missing += filled.missing
    lines = [line.rstrip() for line in text.strip().splitlines()]
    return PreparedText(
        text="\n".join(lines).strip(), open_placeholders=tuple(dict.fromkeys(missing)), language=language
    )


def _mistake(case: RecoveryCase, language: str) -> str:
    """The sentence that owns up to one of our causes, as long as nobody has renamed it; "" for the team's own: it is written by hand."""
    cause = case.root_cause
    if cause is None or cause.key not in TREE or cause.name != stored_name(cause.key):
        return ""
    texts = TEXTS.get(base_of(language))
    return texts.mistakes.get(cause.key, "") if texts is not None else ""


def _action_title(action_id: int | None) -> str:
    action = CorrectiveAction.objects.filter(pk=action_id).first() if action_id is not None else None
    return action.title.rstrip(" .") if action is not None else ""


def _plan(case: RecoveryCase, line: str, line_without_date: str, language: str) -> str:
    return "\n".join(
        "– "
        + (
            line.format(action=harmless(action.title), date=written_date(action.due_on, language))
            if action.due_on is not None
            else line_without_date.format(action=harmless(action.title))
        )
        for action in actions_of(case)
        if action.done_at is None
    )


def _incentive(case: RecoveryCase) -> str:
    """What was given in this case, with its code."""
    code = case.codes.select_related("incentive").exclude(state="free").order_by("-given_at").first()
    return f"{code.incentive.description} ({code.code})" if code is not None else ""
