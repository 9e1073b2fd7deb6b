"""Files in both directions."""

import dataclasses

import pytest

from channels_app.adapters.base import AdapterError, Address, InboundAttachment, OutboundAttachment, OutboundMessage
from channels_app.adapters.whatsapp.client import MAX_MEDIA_BYTES
from tests.support.http_fake import Reply
from tests.support.whatsapp_fake import TOKEN, error

MEDIA_ID = "1003383421387256"
WAITING = InboundAttachment(name="image.jpg", content_type="image/jpeg", url=f"whatsapp-media:{MEDIA_ID}")


def refusal(adapter, attachment=WAITING):
    with pytest.raises(AdapterError) as caught:
        adapter.fetch_media(attachment)
    return caught.value


def test_file_is_fetched_by_its_id_with_the_token(adapter, graph):
    graph.add_media(MEDIA_ID, b"\xff\xd8\xffpicture")
    fetched = adapter.fetch_media(WAITING)
    assert fetched.content == b"\xff\xd8\xffpicture"
    assert graph.media_calls[0].headers["authorization"] == f"Bearer {TOKEN}"


def test_file_that_is_here_is_not_fetched_again(adapter, graph):
    here = dataclasses.replace(WAITING, content=b"x")
    assert adapter.fetch_media(here) is here
    assert not graph.http.calls


@pytest.mark.parametrize(
    "url", ["https://evil.example/file", "http://127.0.0.2/file", "https://lookaside.fbsbx.com.evil.example/x", ""]
)
def test_token_is_shown_to_no_other_host(adapter, graph, url):
    graph.add_media(MEDIA_ID, b"x", url=url)
    found = refusal(adapter)
    assert (found.code, found.permanent) == ("foreign_media_host", True)
    assert len(graph.http.calls) == 1


def test_file_that_says_it_is_too_large_is_not_even_asked_for(adapter, graph):
    graph.add_media(MEDIA_ID, b"x", file_size=MAX_MEDIA_BYTES + 1)
    assert refusal(adapter).permanent
    assert not graph.media_calls


def test_file_that_lies_about_its_size_is_cut_off(adapter, graph):
    graph.add_media(MEDIA_ID, b"\0" * (MAX_MEDIA_BYTES + 1), file_size=10)
    found = refusal(adapter)
    assert (found.code, found.permanent) == ("too_large", True)


def test_damaged_file_is_fetched_again_later(adapter, graph):
    graph.add_media(MEDIA_ID, b"half", sha256="0" * 64)
    found = refusal(adapter)
    assert (found.code, found.permanent) == ("media_damaged", False)


def test_address_that_has_run_out_is_asked_for_anew(adapter, graph):
    graph.add_media(MEDIA_ID, b"x")
    graph.media[MEDIA_ID]["facts"]["url"] = f"{graph.http.url}/files/gone"
    assert not refusal(adapter).permanent


def test_file_that_is_deleted_at_the_provider_is_given_up(adapter, graph):
    graph.next_answers = [error(100, details="Unsupported get request. Object does not exist")]
    assert refusal(adapter).permanent


def test_broken_server_is_asked_again(adapter, graph):
    graph.next_answers = [Reply(status=503)]
    assert not refusal(adapter).permanent


@pytest.mark.parametrize("media_id", ["../me", "1?fields=x", "", "a" * 300])
def test_id_that_is_none_of_the_providers_is_never_put_into_an_address(adapter, graph, media_id):
    found = refusal(adapter, dataclasses.replace(WAITING, url=f"whatsapp-media:{media_id}"))
    assert found.permanent
    assert not graph.http.calls


def file(content=b"%PDF-1.7 invoice", name='Rechnung "1" ü.pdf', content_type="application/pdf"):
    return OutboundAttachment(name=name, content_type=content_type, size=len(content), open_content=lambda: content)


def outbound(attachment, text=""):
    return OutboundMessage(uuid="u1", recipient=Address(address="+4917055501234"), text=text, attachments=[attachment])


KINDS = {
    "image/png": "image", "video/mp4": "video", "audio/ogg": "audio", "image/webp": "sticker", "application/pdf": "document",
    "text/plain": "document",
}  # fmt: skip


@pytest.mark.parametrize(("content_type", "kind"), KINDS.items())
def test_file_is_uploaded_and_sent_by_its_id_as_what_it_is(adapter, graph, content_type, kind):
    adapter.send(outbound(file(content_type=content_type)))
    [sent] = graph.sent
    uploaded = graph.uploads[sent[kind]["id"]]
    assert sent["type"] == kind
    assert (uploaded["content_type"], uploaded["content"]) == (content_type, b"%PDF-1.7 invoice")


def test_document_keeps_its_name_and_its_caption(adapter, graph):
    adapter.send(outbound(file(), "Your invoice"))
    document = graph.sent[0]["document"]
    assert document["filename"] == 'Rechnung "1" ü.pdf'
    assert document["caption"] == "Your invoice"


def test_text_beside_a_recording_is_refused_before_it_is_sent(adapter, graph):
    with pytest.raises(AdapterError) as caught:
        adapter.send(outbound(file(content_type="audio/ogg"), "Listen"))
    assert caught.value.permanent
    assert not graph.sent


def test_failing_upload_leaves_no_doubt_that_nothing_was_sent(adapter, graph):
    graph.next_answers = [Reply(status=502)]
    with pytest.raises(AdapterError) as caught:
        adapter.send(outbound(file()))
    assert (caught.value.permanent, caught.value.is_uncertain) == (False, False)
