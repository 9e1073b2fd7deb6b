"""Mail to people who work here."""

import email
import email.policy
from pathlib import Path
from typing import Any

import pytest

from channels_app.adapters.base import AdapterError
from channels_app.models import Brand
from channels_app.services.plain_mail import send_plain_mail
from tests.factories import make_channel

pytestmark = pytest.mark.django_db


def sent(folder: Path) -> Any:
    return email.message_from_bytes(next(folder.glob("*.eml")).read_bytes(), policy=email.policy.default)


def test_names_in_every_script_and_line_breaks_reach_no_other_header(settings: Any, tmp_path: Path) -> None:
    settings.HELPDESK_OUTBOX_DIR = tmp_path
    make_channel(kind="email", config={"address": "help@shop.example"})
    Brand.objects.update(name="Café Ü, 店\r\nBcc: all@shop.example")
    send_plain_mail(recipient="anna@bücher.example", subject="Für dich\r\nX-Evil: 1", text="Grüße\n")
    mail = sent(tmp_path)
    assert mail["To"] == "anna@xn--bcher-kva.example"
    assert mail["From"].addresses[0].display_name == "Café Ü, 店 Bcc: all@shop.example"
    assert mail["Subject"] == "Für dich X-Evil: 1"
    assert mail["Bcc"] is None is mail["X-Evil"]
    assert mail.get_content().strip() == "Grüße"


@pytest.mark.parametrize(
    "wrong", ["", "anna", "anna@", "a@b.example, c@d.example", "a@b.example\nBcc: c@d.example", "ü@b.example"]
)
def test_an_address_that_no_mail_can_be_written_to_is_refused_for_good(wrong: str) -> None:
    with pytest.raises(AdapterError) as refused:
        send_plain_mail(recipient=wrong, subject="Hello", text="Hello")
    assert refused.value.permanent
