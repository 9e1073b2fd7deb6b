"""What made-up customers send is what it says it is."""

import pytest

from channels_app.adapters.base import InboundAttachment
from channels_app.adapters.trial_files import TRIAL_FILE, TRIAL_VOICE, fetch_trial_file


@pytest.mark.parametrize(
    ("url", "start", "content_type"),
    [(f"{TRIAL_FILE}7", b"\x89PNG", "image/png"), (TRIAL_VOICE, b"RIFF", "audio/wav")],
    ids=["picture", "voice"],
)
def test_picture_is_a_picture_and_a_voice_message_can_be_heard(url, start, content_type):
    asked = InboundAttachment(name="photo.png", content_type="image/png", url=url)
    file = fetch_trial_file(asked)
    assert file is not None
    assert (file.content or b"").startswith(start)
    assert file.content_type == content_type


def test_file_of_a_real_customer_is_not_made_up():
    assert (
        fetch_trial_file(InboundAttachment(name="a.png", content_type="image/png", url="https://cdn.example/a")) is None
    )
