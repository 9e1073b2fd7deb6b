"""Ticket events in words: the small lines between the bubbles."""

from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tickets.admin.recovery_lines import recovery_closed, recovery_step
from tickets.admin.survey_lines import survey_answered
from tickets.models import Metric, Ticket, TicketEvent
from tickets.policies.call_summary import clock
from tickets.selectors.routing import active_rules
from tickets.selectors.score_weights import scored_topics
from tickets.templatetags.helpdesk_tickets import asked_word

EVENT_ICONS = {
    "ticket.assigned": "user",
    "ticket.resolved": "circle-check",
    "ticket.reopened": "rotate-ccw",
    "ticket.closed": "lock",
    "ticket.status_changed": "hourglass",
    "ticket.merged": "git-merge",
    "ticket.absorbed": "git-merge",
    "ticket.unmerged": "git-merge",
    "ticket.released": "git-merge",
    "messages.given": "layers",
    "messages.taken": "layers",
    "ticket.unsplit": "undo-2",
    "conversation.linked": "layers",
    "conversation.unlinked": "layers",
    "ticket.redirected": "lock",
    "ticket.closing_line": "globe",
    "information.asked": "circle-help",
    "information.received": "circle-check",
    "information.cancelled": "x",
    "ticket.marked_spam": "shield-alert",
    "ticket.unmarked_spam": "shield-check",
    "ticket.priority_changed": "flag",
    "ticket.topic_changed": "layers",
    "ticket.subject_changed": "pencil",
    "ticket.tags_changed": "tag",
    "customer.reach_changed": "user-x",
    "customer.address_changed": "phone",
    "call.answered": "phone",
    "call.ended": "phone",
    "call.deflected": "message-square",
    "call.recorded": "phone",
    "callback.requested": "phone",
    "callback.done": "phone",
    "callback.cancelled": "phone",
    "survey.answered": "star",
    "recovery.opened": "frown",
    "recovery.stage_changed": "layers",
    "recovery.customer_told": "send",
    "recovery.closed": "smile",
    "survey.explained": "star",
    "macro.run": "zap",
    "rule.applied": "zap",
    "ticket.snoozed": "alarm-clock",
    "ticket.reminded": "hourglass",
    "sla.warned": "clock",
    "sla.breached": "clock-alert",
    "customer.merged": "git-merge",
    "review.changed": "star",
    "review.deleted": "trash-2",
    "review.answered_elsewhere": "globe",
    "review.answer_removed": "globe",
}
_SENTENCES = {
    "ticket.resolved": gettext_lazy("%(who)s resolved this"),
    "ticket.marked_spam": gettext_lazy("%(who)s marked this as spam"),
    "ticket.unmarked_spam": gettext_lazy("%(who)s took this out of spam"),
    "ticket.subject_changed": gettext_lazy("%(who)s changed the subject"),
    "ticket.tags_changed": gettext_lazy("%(who)s changed the tags"),
    "ticket.handed_over": gettext_lazy("Another app has handed this conversation over to us"),
    "ticket.unsplit": gettext_lazy("%(who)s took the split back; the messages are on #%(other)s"),
    "conversation.linked": gettext_lazy("%(who)s linked a conversation; it goes on here"),
    "conversation.unlinked": gettext_lazy("%(who)s linked a conversation elsewhere; it goes on there"),
    "ticket.redirected": gettext_lazy("%(who)s moved this from public to private"),
    "ticket.merged": gettext_lazy("%(who)s merged this into #%(other)s"),
    "ticket.absorbed": gettext_lazy("%(who)s merged #%(other)s into this"),
    "ticket.unmerged": gettext_lazy("%(who)s undid the merge"),
    "ticket.released": gettext_lazy("%(who)s took #%(other)s out again"),
    "review.deleted": gettext_lazy("The author deleted the review at the site"),
    "review.answered_elsewhere": gettext_lazy("Somebody answered this review at the site itself"),
    "review.answer_removed": gettext_lazy("Our answer does not stand at the site any more"),
    "call.answered": gettext_lazy("%(who)s answered the call"),
    "call.deflected": gettext_lazy("The caller goes on in writing"),
    "call.recorded": gettext_lazy("The recording of the call is here"),
    "callback.done": gettext_lazy("%(who)s called back"),
    "callback.cancelled": gettext_lazy("%(who)s cancelled the call back"),
    "macro.run": gettext_lazy("%(who)s ran a macro"),
    "survey.planned": gettext_lazy("The customer will be asked how it was"),
    "survey.sent": gettext_lazy("The customer was asked how it was"),
    "survey.reminded": gettext_lazy("The customer was asked once more how it was"),
    "survey.suppressed": gettext_lazy("The customer is not asked this time"),
    "recovery.opened": gettext_lazy("The customer is unhappy: a recovery case was opened"),
    "survey.explained": gettext_lazy("The customer said what the vote was about"),
}


def event_icon(event: TicketEvent) -> str:
    """The sprite's name of the picture beside the line."""
    return EVENT_ICONS.get(event.kind, "history")


def is_worth_a_line(event: Any) -> bool:
    """Whether an event tells what no bubble tells; that a customer opened the ticket, his first message says."""
    if event.kind == "customer.changed":
        return False  # the panel shows what is so now; the log tells other systems
    return not (event.kind == "ticket.opened" and event.actor_kind == "customer" and not event.other_number)


def describe_event(event: Any) -> str:
    """One sentence about an event that ``selectors.timeline`` has read; a kind nobody has words for shows its code."""
    words = {"who": _who(event), "other": event.other_number or "?"}
    if event.kind in _SENTENCES:
        return str(_SENTENCES[event.kind]) % words
    writer = _WRITERS.get(event.kind)
    return writer(event, words) if writer else f"{words['who']}: {event.kind}"


def _who(event: Any) -> str:
    if event.actor is not None:
        return str(event.actor.display_name)
    kinds = {
        TicketEvent.ActorKind.CUSTOMER: _("The customer"),
        TicketEvent.ActorKind.BOT: _("The bot"),
        TicketEvent.ActorKind.AGENT: _("Somebody"),
    }
    return kinds.get(event.actor_kind, _("The helpdesk"))


def _opened(event: Any, words: dict[str, Any]) -> str:
    if event.data.get("split_from"):
        return _("Opened with messages from #%(other)s") % words
    if event.other_number:
        return _("Opened as a follow-up of #%(other)s") % words
    return _("%(who)s opened this ticket") % words


def _assigned(event: Any, words: dict[str, Any]) -> str:
    data = event.data
    words |= {"assignee": event.assignee_name or "?", "team": event.team_name or "?"}
    person = team = ""
    if data.get("to_assignee") != data.get("from_assignee"):
        if data.get("to_assignee") is None:
            person = _("%(who)s removed the assignee")
        elif data.get("to_assignee") == event.actor_id:
            person = _("%(who)s took this")
        else:
            person = _("%(who)s assigned this to %(assignee)s")
    if data.get("to_team") != data.get("from_team"):
        if data.get("to_team") is None:
            team = _("no team any more") if person else _("%(who)s removed the team")
        else:
            team = _("now in the team %(team)s") if person else _("%(who)s moved this to the team %(team)s")
    return " · ".join(part % words for part in (person, team) if part)


def _status_changed(event: Any, words: dict[str, Any]) -> str:
    label = dict(Ticket.Status.choices).get(event.data.get("to"), event.data.get("to"))
    return _("%(who)s set the status to “%(status)s”") % {**words, "status": label}


def _priority_changed(event: Any, words: dict[str, Any]) -> str:
    label = dict(Ticket.Priority.choices).get(event.data.get("to"), event.data.get("to"))
    return _("%(who)s set the priority to “%(priority)s”") % {**words, "priority": label}


def _topic_changed(event: Any, words: dict[str, Any]) -> str:
    topic = scored_topics().get(event.data.get("to"))
    if topic is None:
        return _("%(who)s removed the topic") % words
    words |= {"topic": topic.name}
    if event.data.get("source") == "keyword":
        return _("The topic is “%(topic)s”, by the words of the message") % words
    return _("%(who)s set the topic to “%(topic)s”") % words


def _rule_applied(event: Any, words: dict[str, Any]) -> str:
    name = next((rule.name for rule in active_rules() if rule.pk == event.data.get("rule")), "")
    return _("The rule “%(rule)s” was applied") % {"rule": name} if name else _("A rule was applied")


def _snoozed(event: Any, words: dict[str, Any]) -> str:
    if event.data.get("is_over"):
        return (
            _("The time is over for which this was put aside")
            if event.data.get("why") == "time"
            else _("%(who)s took this back before its time") % words
        )
    return _("%(who)s put this aside until %(time)s") % {**words, "time": _moment(event.data.get("until"))}


def _reminded(event: Any, words: dict[str, Any]) -> str:
    if event.data.get("message"):
        return _("The customer was reminded that an answer is missing")
    return _("The customer cannot be reminded here: nothing may be sent")


def _limit(event: Any, words: dict[str, Any]) -> str:
    limit = dict(Metric.choices).get(event.data.get("metric"), _("time limit"))
    words |= {"limit": limit, "time": _moment(event.data.get("due_at"))}
    if event.kind == "sla.warned":
        return _("Warned: %(limit)s is due on %(time)s") % words
    return _("Missed: %(limit)s was due on %(time)s") % words


def _moment(text: Any) -> str:
    try:
        return date_format(timezone.localtime(datetime.fromisoformat(str(text))), "j M H:i")
    except ValueError:
        return "?"


def _reopened(event: Any, words: dict[str, Any]) -> str:
    if event.data.get("by_message"):
        return _("A message of the customer reopened this")
    return _("%(who)s reopened this") % words


def _closed(event: Any, words: dict[str, Any]) -> str:
    if event.data.get("why") == "window_over":
        return _("Closed: the customer did not come back")
    return _("%(who)s closed this") % words


def _reach_changed(event: Any, words: dict[str, Any]) -> str:
    if event.data.get("is_reachable"):
        return _("The customer may be written to again")
    return _("The customer does not want to be written to here any more")


def _address_changed(event: Any, words: dict[str, Any]) -> str:
    if event.data.get("is_taken"):
        return _(
            "The customer has a new number that belongs to somebody else here. Compare the two before you merge them."
        )
    return _("The customer has a new number; the conversation goes on there")


def _review_changed(event: Any, words: dict[str, Any]) -> str:
    before, after = event.data.get("previous"), event.data.get("stars")
    if before is None or after is None or before == after:
        return _("The author changed the review")
    return _("The author changed the review and its stars from %(before)s to %(after)s") % {
        "before": f"{before:g}",
        "after": f"{after:g}",
    }


def _call_ended(event: Any, words: dict[str, Any]) -> str:
    if event.data.get("is_missed"):
        return _("A missed call: nobody talked to the caller")
    seconds = event.data.get("talk_seconds")
    return _("The call is over") if seconds is None else _("The call is over after %(time)s") % {"time": clock(seconds)}


def _callback_requested(event: Any, words: dict[str, Any]) -> str:
    due_at = timezone.localtime(datetime.fromisoformat(event.data["due_at"]))
    return _("The customer is to be called back by %(time)s") % {"time": date_format(due_at, "j M H:i")}


def _customer_merged(event: Any, words: dict[str, Any]) -> str:
    if event.data.get("undone"):
        return _("%(who)s took two merged customers apart again") % words
    return _("%(who)s merged two customers who are one person") % words


def _given(event: Any, words: dict[str, Any]) -> str:
    if event.data["why"] == "split":
        return _("%(who)s split messages off into #%(other)s") % words
    if event.data["why"] == "undo":
        return _("%(who)s gave the messages back to #%(other)s") % words
    return _("%(who)s moved messages to #%(other)s") % words


def _taken(event: Any, words: dict[str, Any]) -> str:
    if event.data["why"] == "split":
        return _("Split off from #%(other)s") % words
    if event.data["why"] == "undo":
        return _("%(who)s took the messages back from #%(other)s") % words
    return _("%(who)s moved messages here from #%(other)s") % words


def _information(event: Any, words: dict[str, Any]) -> str:
    words |= {"what": asked_word(event.data["what"])}
    texts = {
        "information.asked": _("%(who)s asked for: %(what)s"),
        "information.received": _("It has come: %(what)s"),
        "information.cancelled": _("No longer needed: %(what)s"),
    }
    return texts[event.kind] % words


def _closing_line(event: Any, words: dict[str, Any]) -> str:
    if event.data.get("message"):
        return _("%(who)s closed the public conversation with a line") % words
    return _("%(who)s left the public conversation without a line") % words


_WRITERS = {
    "recovery.stage_changed": recovery_step,
    "recovery.customer_told": recovery_step,
    "recovery.closed": recovery_closed,
    "messages.given": _given,
    "messages.taken": _taken,
    "information.asked": _information,
    "information.received": _information,
    "information.cancelled": _information,
    "ticket.closing_line": _closing_line,
    "customer.merged": _customer_merged,
    "call.ended": _call_ended,
    "callback.requested": _callback_requested,
    "ticket.opened": _opened,
    "ticket.assigned": _assigned,
    "ticket.status_changed": _status_changed,
    "ticket.priority_changed": _priority_changed,
    "ticket.topic_changed": _topic_changed,
    "rule.applied": _rule_applied,
    "ticket.snoozed": _snoozed,
    "ticket.reminded": _reminded,
    "sla.warned": _limit,
    "sla.breached": _limit,
    "ticket.reopened": _reopened,
    "ticket.closed": _closed,
    "customer.reach_changed": _reach_changed,
    "customer.address_changed": _address_changed,
    "survey.answered": survey_answered,
    "review.changed": _review_changed,
}
