"""Players ask for recordings and films in pieces."""

import pytest

from tests.factories import last_message, make_ticket
from tickets.services.files import store_file

pytestmark = pytest.mark.django_db

# The head of an Ogg container, then numbers that tell where a piece comes from.
OGG = b"OggS\0\2" + b"\0" * 22 + b"\1\x1eOpusHead" + bytes(range(256)) * 8


@pytest.fixture
def media(email_channel, url):
    """The address of a file of this content on a ticket of its own."""

    def make(content=OGG, name="voice.ogg", content_type="audio/ogg"):
        ticket = make_ticket(email_channel)
        attachment = store_file(name=name, content=content, content_type=content_type).as_attachment(
            last_message(ticket).pk
        )
        attachment.save()
        return url("media", ticket, attachment.uuid)

    return make


def test_whole_recording_is_answered_without_a_range(desk, media):
    answer = desk.get(media())
    assert (answer.status_code, answer.content, answer["content-type"]) == (200, OGG, "audio/ogg")
    assert answer["accept-ranges"] == "bytes"


RANGES = {
    "bytes=0-9": (0, 9),
    "bytes=100-": (100, len(OGG) - 1),
    "bytes=-10": (len(OGG) - 10, len(OGG) - 1),
    "bytes=5-99999999": (5, len(OGG) - 1),
}


@pytest.mark.parametrize(("asked", "span"), RANGES.items())
def test_piece_is_exactly_what_was_asked_for(desk, media, asked, span):
    answer = desk.get(media(), headers={"Range": asked})
    assert answer.status_code == 206
    assert answer.content == OGG[span[0] : span[1] + 1]
    assert answer["content-range"] == f"bytes {span[0]}-{span[1]}/{len(OGG)}"


@pytest.mark.parametrize("asked", [f"bytes={len(OGG)}-", "bytes=9-3", "bytes=-0"])
def test_piece_beyond_the_end_is_refused(desk, media, asked):
    answer = desk.get(media(), headers={"Range": asked})
    assert answer.status_code == 416
    assert answer["content-range"] == f"bytes */{len(OGG)}"


@pytest.mark.parametrize("asked", ["bytes=0-1,5-6", "lines=1-2", "bytes=a-b", "bytes=-"])
def test_range_of_another_kind_is_as_none(desk, media, asked):
    answer = desk.get(media(), headers={"Range": asked})
    assert (answer.status_code, answer.content) == (200, OGG)


@pytest.mark.parametrize("content", [b"<html><script>alert(1)</script>", b"\xff\xd8\xff\xe0picture", b""])
def test_what_is_no_recording_is_not_played_whatever_it_claims(desk, media, content):
    assert desk.get(media(content)).status_code == 404


def test_browser_makes_nothing_else_of_a_recording(desk, media):
    answer = desk.get(media())
    assert answer["x-content-type-options"] == "nosniff"
    assert "sandbox" in answer["content-security-policy"]
    assert answer["cross-origin-resource-policy"] == "same-origin"
