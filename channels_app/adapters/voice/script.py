"""TwiML of telephone calls: the few verbs that a call of ours is made of. https://www.twilio.com/docs/voice/twiml"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from channels_app.adapters.base import ChannelConfig
from channels_app.adapters.twilio.twiml import Verb

RING_SECONDS = 20
_EVENTS = "initiated ringing answered completed"
_VOICEMAIL_SECONDS = 180


@dataclass(frozen=True, kw_only=True)
class Script:
    """Writes verbs for one channel. ``hook_url`` is the channel's webhook, ``language`` the code of the voice."""

    channel: ChannelConfig
    hook_url: str
    language: str

    def url(self, step: str, **parameters: str | int) -> str:
        """The address at which Twilio tells what came of a step."""
        return f"{self.hook_url}?{urlencode({'step': step, **parameters})}"

    def say(self, *sentences: str) -> Verb:
        """Read something out, sentence by sentence."""
        voice = str(self.channel.config.get("voice") or "")
        text = " ".join(sentence for sentence in sentences if sentence)
        return Verb(name="Say", text=text, attributes={"language": self.language, "voice": voice})

    def menu(self, sentences: Sequence[str], *, action: str) -> Verb:
        """Read a menu out and take a key or spoken words; the action is told also when there is neither."""
        attributes: Mapping[str, str | int | bool] = {
            "input": "dtmf speech",
            "numDigits": 1,
            "timeout": 6,
            "speechTimeout": "auto",
            "language": self.language,
            "actionOnEmptyResult": True,
            "action": action,
            "method": "POST",
        }
        return Verb(name="Gather", attributes=attributes, children=[self.say(*sentences)])

    def ask(self, sentences: Sequence[str], *, action: str, most_digits: int) -> Verb:
        """Ask a question and take keys or spoken words; silence goes on to the next verb."""
        attributes: Mapping[str, str | int | bool] = {
            "input": "dtmf speech",
            "numDigits": most_digits,
            "timeout": 5,
            "speechTimeout": "auto",
            "language": self.language,
            "action": action,
            "method": "POST",
        }
        return Verb(name="Gather", attributes=attributes, children=[self.say(*sentences)])

    def wait(self, sentences: Sequence[str], *, action: str, seconds: int) -> Verb:
        """A round of waiting in the queue: an announcement, then music; a key leads to the action."""
        music = str(self.channel.config.get("hold_music") or "")
        sound = Verb(name="Play", text=music) if music else Verb(name="Pause", attributes={"length": seconds})
        attributes: Mapping[str, str | int | bool] = {
            "input": "dtmf",
            "numDigits": 1,
            "timeout": 1,
            "action": action,
            "method": "POST",
        }
        return Verb(name="Gather", attributes=attributes, children=[self.say(*sentences), sound])

    def ring(self, *, action: str) -> Verb:
        """Let the agents' telephones ring at once; whoever presses a key has the call."""
        config = self.channel.config
        attributes: dict[str, str | int | bool] = {
            "action": action,
            "method": "POST",
            "timeout": int(config.get("ring_seconds") or RING_SECONDS),
            "answerOnBridge": True,
        }
        if config.get("records_calls"):
            attributes |= {
                "record": "record-from-answer-dual",
                "recordingStatusCallback": self.url("recording"),
                "recordingStatusCallbackEvent": "completed",
            }
        return Verb(name="Dial", attributes=attributes, children=[self._telephone(one) for one in telephones(config)])

    def _telephone(self, address: str) -> Verb:
        attributes: Mapping[str, str | int | bool] = {
            "url": self.url("whisper"),
            "method": "POST",
            "statusCallback": self.url("agent"),
            "statusCallbackMethod": "POST",
            "statusCallbackEvent": _EVENTS,
        }
        name = "Sip" if address.startswith(("sip:", "sips:")) else "Number"
        return Verb(name=name, text=address, attributes=attributes)

    def accept(self, sentences: Sequence[str]) -> list[Verb]:
        """What the agent hears before he is connected; without a key (an answering machine) his telephone is hung up."""
        attributes: Mapping[str, str | int | bool] = {
            "input": "dtmf",
            "numDigits": 1,
            "timeout": 8,
            "action": self.url("accept"),
            "method": "POST",
        }
        return [Verb(name="Gather", attributes=attributes, children=[self.say(*sentences)]), self.hang_up()]

    def enqueue(self, name: str, *, action: str) -> Verb:
        """Put the caller into the queue."""
        attributes: Mapping[str, str | int | bool] = {
            "action": action,
            "method": "POST",
            "waitUrl": self.url("wait"),
            "waitUrlMethod": "POST",
        }
        return Verb(name="Enqueue", text=name[:64], attributes=attributes)

    def record(self) -> Verb:
        """Take a voicemail of at most three minutes."""
        attributes: dict[str, str | int | bool] = {
            "action": self.url("recorded"),
            "method": "POST",
            "maxLength": _VOICEMAIL_SECONDS,
            "timeout": 5,
            "finishOnKey": "#",
            "playBeep": True,
            "recordingStatusCallback": self.url("voicemail"),
            "recordingStatusCallbackEvent": "completed",
        }
        if self.channel.config.get("transcribes"):
            attributes |= {"transcribe": True, "transcribeCallback": self.url("transcription")}
        return Verb(name="Record", attributes=attributes)

    def redirect(self, url: str) -> Verb:
        """Go on at another address."""
        return Verb(name="Redirect", text=url, attributes={"method": "POST"})

    @staticmethod
    def leave() -> Verb:
        """Take the caller out of the queue; the queue's action is told next."""
        return Verb(name="Leave")

    @staticmethod
    def hang_up() -> Verb:
        """End this leg."""
        return Verb(name="Hangup")


def telephones(config: Mapping[str, object]) -> list[str]:
    """The addresses that ring, without the names behind them."""
    lines = config.get("agents")
    return [str(line).partition(" ")[0] for line in lines][:10] if isinstance(lines, (list, tuple)) else []
