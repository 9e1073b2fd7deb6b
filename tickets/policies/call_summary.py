"""A call as one line on the timeline says it. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _


@dataclass(frozen=True, kw_only=True)
class CallStory:
    """What is known of a call so far. Seconds are NULL where nothing is known; ``choice`` is a value of ``Call.Choice``."""

    number: str
    is_over: bool
    choice: str = ""
    speech: str = ""
    is_deflected: bool = False
    deflected_to: str = ""
    waited_seconds: int | None = None
    talk_seconds: int | None = None
    hold_seconds: int | None = None
    agent: str = ""
    has_voicemail: bool = False


def is_missed(story: CallStory) -> bool:
    """Whether the call is over and the caller went away with nothing: no person, no message, no promise."""
    return (
        story.is_over
        and story.talk_seconds is None
        and not (story.is_deflected or story.has_voicemail or story.choice == "callback")
    )


def tell_call(story: CallStory) -> str:
    """The call in words, a fact a line."""
    lines: list[str] = [
        _("Phone call from %(number)s") % {"number": story.number} if story.number else _("Phone call, number withheld")
    ]
    if story.waited_seconds:
        lines.append(_("Waited %(time)s") % {"time": clock(story.waited_seconds)})
    lines += _outcome(story)
    if story.speech:
        lines.append(_("Said: “%(words)s”") % {"words": story.speech})
    return "\n".join(lines)


def _outcome(story: CallStory) -> Sequence[str]:
    if is_missed(story):
        return [_("Missed: nobody talked to the caller")]
    lines = []
    if story.talk_seconds is not None:
        talk = clock(story.talk_seconds)
        words = _("Talked %(time)s with %(agent)s") if story.agent else _("Talked %(time)s")
        lines.append(words % {"time": talk, "agent": story.agent})
    if story.hold_seconds:
        lines.append(_("On hold %(time)s") % {"time": clock(story.hold_seconds)})
    if story.is_deflected:
        lines.append(_("Goes on by %(channel)s") % {"channel": story.deflected_to})
    if story.has_voicemail:
        lines.append(_("Left a message"))
    elif story.choice == "callback":
        lines.append(_("Wants to be called back"))
    return lines


def clock(seconds: int) -> str:
    """Seconds as people read them on a telephone: 3:07, 1:02:03."""
    minutes, rest = divmod(max(0, seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
