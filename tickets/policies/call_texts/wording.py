"""The shape of one language's sentences."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class CallTexts:
    """``{brand}``, ``{channel}``, ``{position}``, ``{number}``, ``{time}`` and ``{words}`` are filled in, the rest stands as it is.

    ``voice_language`` is the code of the voice (BCP 47). ``options`` are read out; words of ``spoken`` choose one of
    them wherever they are said, those of ``said_alone`` only in an utterance of a few words.
    """

    language: str
    voice_language: str
    greeting: str  # with {brand}
    closed: str  # with {time}
    closed_for_good: str
    ask: str
    options: Mapping[str, str]  # choice -> sentence, "deflect" with {channel}
    spoken: Mapping[str, str]
    said_alone: Mapping[str, str]
    text_message: str  # the name of a channel for text messages
    wrong_key: str
    no_key: str
    noted: str
    deflected: str  # with {channel}
    not_deflected: str
    ringing: str
    recorded_notice: str
    waiting_next: str
    waiting: str  # with {position}
    offer_to_leave: str
    nobody_free: str
    voicemail: str
    nothing_heard: str
    thanks_voicemail: str
    call_back: str  # with {time}
    goodbye: str
    fault: str
    # the agent's side
    whisper: str  # with {brand}
    accept: str
    # what is written to a caller who goes on in writing
    message: str  # with {brand} and {number}
    message_with_words: str  # with {brand}, {number} and {words}
