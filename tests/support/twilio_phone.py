"""Telephones that obey TwiML: they call the webhook with signed requests, refuse what Twilio would refuse, and do what they are told."""

import itertools
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit
from xml.etree import ElementTree

from channels_app.models import Channel
from tests.support.twilio_fake import NUMBER, post_signed

_serial = itertools.count(1)

# What Twilio takes: verb -> (attributes, children). https://www.twilio.com/docs/voice/twiml
_PLAYED = {"Say", "Play", "Pause"}
_VERBS: dict[str, tuple[set[str], set[str]]] = {
    "Say": ({"language", "voice", "loop"}, set()),
    "Play": ({"loop", "digits"}, set()),
    "Pause": ({"length"}, set()),
    "Hangup": (set(), set()),
    "Leave": (set(), set()),
    "Redirect": ({"method"}, set()),
    "Message": ({"to", "from", "action", "method", "statusCallback"}, {"Body", "Media"}),
    "Gather": (
        {"input", "numDigits", "timeout", "speechTimeout", "language", "hints", "actionOnEmptyResult", "action", "method"},
        _PLAYED,
    ),
    "Dial": (
        {
            "action", "method", "timeout", "answerOnBridge", "record", "recordingStatusCallback",
            "recordingStatusCallbackEvent", "callerId",
        },
        {"Number", "Sip", "Queue", "Conference"},
    ),
    "Number": ({"url", "method", "statusCallback", "statusCallbackMethod", "statusCallbackEvent"}, set()),
    "Sip": ({"url", "method", "statusCallback", "statusCallbackMethod", "statusCallbackEvent"}, set()),
    "Enqueue": ({"action", "method", "waitUrl", "waitUrlMethod"}, set()),
    "Record": (
        {
            "action", "method", "maxLength", "timeout", "finishOnKey", "playBeep", "recordingStatusCallback",
            "recordingStatusCallbackEvent", "transcribe", "transcribeCallback",
        },
        set(),
    ),
}  # fmt: skip
_IN_QUEUE = {"Say", "Play", "Pause", "Gather", "Redirect", "Hangup", "Leave"}
_ON_AGENTS_LEG = {"Say", "Play", "Pause", "Gather", "Redirect", "Hangup"}
_NOT_FOR_THE_TOP = {"Number", "Sip", "Body", "Media"}


def read_twiml(response: Any, *, allowed: set[str] | None = None) -> list[ElementTree.Element]:
    """The verbs of an answer; fails on everything that Twilio would log as an error (12100, 12200, 12300)."""
    assert response.status_code == 200, response.content
    assert response["content-type"].startswith("text/xml"), response["content-type"]
    root = ElementTree.fromstring(response.content)
    assert root.tag == "Response", root.tag
    verbs = list(root)
    assert all(verb.tag not in _NOT_FOR_THE_TOP for verb in verbs)
    assert allowed is None or all(verb.tag in allowed for verb in verbs), [verb.tag for verb in verbs]
    for verb in verbs:
        _check_verb(verb)
    return verbs


def _check_verb(verb: ElementTree.Element) -> None:
    attributes, children = _VERBS[verb.tag]
    assert set(verb.attrib) <= attributes, (verb.tag, set(verb.attrib) - attributes)
    for name in ("action", "waitUrl", "url", "statusCallback", "recordingStatusCallback"):
        assert verb.get(name) is None or str(verb.get(name)).startswith("https://"), verb.get(name)
    assert verb.tag != "Say" or (verb.text or "").strip(), "there is nothing to say"
    assert verb.tag != "Dial" or 0 < len(verb) <= 10
    for child in verb:
        assert child.tag in children, (verb.tag, child.tag)
        _check_verb(child)


class Phone:
    """A telephone that calls the channel. ``heard`` is everything that was read out, in order."""

    def __init__(self, channel: Channel, *, number: str = "+447911123456", name: str = "") -> None:
        self.channel, self.number, self.name = channel, number, name
        self.sid = f"CA{next(_serial):032x}"
        self.heard: list[str] = []
        self.verb: ElementTree.Element | None = None
        self.is_over = False
        self.answers: list[bytes] = []
        self._rest: list[ElementTree.Element] = []
        self._queue: ElementTree.Element | None = None

    @property
    def fields(self) -> dict[str, str]:
        """What Twilio sends with every request of this call."""
        return {
            "AccountSid": self.channel.config["account_sid"], "ApiVersion": "2010-04-01", "CallSid": self.sid,
            "CallStatus": "in-progress", "Direction": "inbound", "From": self.number, "Caller": self.number,
            "To": NUMBER, "Called": NUMBER, "CallerName": self.name,
        }  # fmt: skip

    def call(self) -> "Phone":
        """Ring."""
        self._obey(self._post("", CallStatus="ringing"))
        return self

    def press(self, key: str) -> "Phone":
        return self._gathered(Digits=key)

    def speak(self, words: str) -> "Phone":
        return self._gathered(SpeechResult=words, Confidence="0.91")

    def stay_silent(self) -> "Phone":
        return self._gathered(Digits="")

    def wait(self, *, position: int, seconds: int) -> "Phone":
        """A round of music in the queue is over, and Twilio asks what comes next."""
        assert self._queue is not None, "not in a queue"
        asked = {"QueueSid": "QU" + "1" * 32, "QueuePosition": position, "QueueTime": seconds, "CurrentQueueSize": 3}
        self._obey(self._post(str(self._queue.get("waitUrl")), **asked), allowed=_IN_QUEUE)
        return self

    def nobody_answers(self) -> "Phone":
        return self._dialled(DialCallStatus="no-answer")

    def agent_answers(self, *, key: str = "1", telephone: str = "") -> "Agent":
        """An agent's telephone is picked up, hears the whisper and presses a key."""
        assert self.verb is not None, "nothing was dialled"
        assert self.verb.tag == "Dial", "nothing was dialled"
        ringing = next(one for one in self.verb if not telephone or one.text == telephone)
        return Agent(self, ringing).listen(key)

    def talk_is_over(self, *, seconds: int) -> "Phone":
        return self._dialled(DialCallStatus="completed", DialCallDuration=seconds, DialCallSid="CA" + "b" * 32)

    def leave_message(self, url: str, *, seconds: int = 9) -> "Phone":
        """Speak after the tone; Twilio tells of the recording when it can be had."""
        record = self.verb
        assert record is not None, "nobody records"
        assert record.tag == "Record", "nobody records"
        recording = {"RecordingSid": f"RE{next(_serial):032x}", "RecordingUrl": url, "RecordingDuration": seconds}
        self._obey(self._post(str(record.get("action")), Digits="#", **recording))
        told = {
            **recording, "AccountSid": self.channel.config["account_sid"], "CallSid": self.sid,
            "RecordingStatus": "completed", "RecordingSource": "RecordVerb", "RecordingChannels": 1,
        }  # fmt: skip
        self._tell(str(record.get("recordingStatusCallback")), told)
        self.recording_sid = recording["RecordingSid"]
        return self

    def hang_up(self, *, seconds: int = 30) -> "Phone":
        """The call is over; Twilio tells its end to the number's status callback."""
        self.is_over = True
        self._tell("", {**self.fields, "CallStatus": "completed", "CallDuration": seconds, "SequenceNumber": 0})
        return self

    def _gathered(self, **fields: Any) -> "Phone":
        gather = self.verb
        assert gather is not None, "nobody listens"
        assert gather.tag == "Gather", "nobody listens"
        is_empty = not any(fields.values())
        if is_empty and gather.get("actionOnEmptyResult") != "true":
            self._run(self._rest)
            return self
        allowed = _IN_QUEUE if self._queue is not None else None
        self._obey(self._post(str(gather.get("action")), msg="Gather End", **fields), allowed=allowed)
        return self

    def _dialled(self, **fields: Any) -> "Phone":
        assert self.verb is not None, "nothing was dialled"
        assert self.verb.tag == "Dial", "nothing was dialled"
        self._obey(self._post(str(self.verb.get("action")), **fields))
        return self

    def _post(self, url: str, **fields: Any) -> Any:
        return self._tell(url, {**self.fields, **fields})

    def _tell(self, url: str, fields: Mapping[str, Any]) -> Any:
        response = post_signed(self.channel, fields, query=urlsplit(url).query)
        self.answers.append(response.content)
        return response

    def _obey(self, response: Any, *, allowed: set[str] | None = None) -> None:
        self._run(read_twiml(response, allowed=allowed))

    def _run(self, verbs: list[ElementTree.Element]) -> None:
        self.verb = None
        for index, verb in enumerate(verbs):
            self.heard += [str(one.text) for one in verb.iter("Say")]
            if verb.tag in ("Gather", "Record", "Dial"):
                self.verb, self._rest = verb, verbs[index + 1 :]
                return
            if verb.tag == "Enqueue":
                self._queue = verb
                self.wait(position=2, seconds=0)
                return
            if verb.tag == "Redirect":
                self._obey(self._post(str(verb.text)), allowed=_IN_QUEUE if self._queue is not None else None)
                return
            if verb.tag == "Leave":
                left, self._queue = self._queue, None
                assert left is not None, "not in a queue"
                self._obey(self._post(str(left.get("action")), QueueResult="leave", QueueTime=40))
                return
            if verb.tag == "Hangup":
                self.is_over = True
                return


class Agent:
    """The agent's leg of a call: a call of its own, with the caller's as parent."""

    def __init__(self, phone: Phone, ringing: ElementTree.Element) -> None:
        self.phone, self.ringing = phone, ringing
        self.heard: list[str] = []
        self.is_connected = False
        self.is_over = False

    def listen(self, key: str) -> "Agent":
        """Hear the whisper, press ``key``; no key is an answering machine."""
        fields = {
            **self.phone.fields, "CallSid": "CA" + "b" * 32, "ParentCallSid": self.phone.sid,
            "Direction": "outbound-dial", "To": self.ringing.text, "Called": self.ringing.text,
        }  # fmt: skip
        whisper = read_twiml(self.phone._tell(str(self.ringing.get("url")), fields), allowed=_ON_AGENTS_LEG)
        self.heard = [str(say.text) for verb in whisper for say in verb.iter("Say")]
        gather = next(verb for verb in whisper if verb.tag == "Gather")
        if not key:
            self.is_over = whisper[-1].tag == "Hangup"
            return self
        answer = self.phone._tell(str(gather.get("action")), {**fields, "Digits": key})
        verbs = read_twiml(answer, allowed=_ON_AGENTS_LEG)
        self.is_connected, self.is_over = not verbs, bool(verbs)
        return self
