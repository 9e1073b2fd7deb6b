from datetime import timedelta

import pytest

from channels_app.models import Channel
from helpdesk.cleaning import clean_up
from helpdesk.common.clock import now
from helpdesk.demo.removing import remove_demo
from tests.support.webchat import Browser, answer_chat, make_webchat
from tickets.models import MailedAnswer, Message, Visitor
from tickets.webchat.mailing import mail_unfetched_answers

pytestmark = pytest.mark.django_db


def test_demo_chat_goes_with_its_visitors_and_mails(agent, email_channel):
    channel = make_webchat()
    Channel.objects.filter(pk=channel.pk).update(is_demo=True)
    browser = Browser(Channel.objects.get(pk=channel.pk))
    browser.start(email="carla@customer.example")
    browser.write("Hello")
    answer_chat(agent, "Hi")
    Message.objects.filter(direction="out").update(sent_at=now() - timedelta(minutes=10))
    assert mail_unfetched_answers() == 1
    remove_demo()
    assert Visitor.objects.count() == MailedAnswer.objects.count() == 0
    assert not Channel.objects.filter(pk=channel.pk).exists()


def test_housekeeping_forgets_visitors_who_never_wrote():
    Browser(make_webchat()).start()
    Visitor.objects.update(last_seen_at=now() - timedelta(days=2))
    clean_up()
    assert Visitor.objects.count() == 0
