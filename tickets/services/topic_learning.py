"""Learning the words of topics from resolved cases, anew each time: what was corrected or erased is gone from the next run on."""

from collections.abc import Iterator
from datetime import timedelta

from django.db import transaction

from helpdesk.common.clock import now
from helpdesk.core.services import advisory_lock
from tickets.models import Message, Ticket, TopicWord
from tickets.policies.topic_learning import LearnedCase, learn, words_of
from tickets.selectors.topics import learned_topics

MOST_CASES = 5_000
OLDEST = timedelta(days=365)
# Whose word on a topic is learned from: not what keywords and rules have found, which would only teach us themselves.
TRUSTED_SOURCES = ("person", "learned")
_READ_AT_ONCE = 500
_LONGEST_TEXT = 4_000


def learn_topics() -> int:
    """Read the newest resolved cases whose topic a person has set, and replace the table of words; returns how many were read.

    At most 5,000 cases of the last year, so that a run takes seconds. Two runs at once are one.
    """
    with advisory_lock("learn_topics") as is_held:
        if not is_held:
            return 0
        cases = list(_cases())
        rows = [
            TopicWord(topic_id=topic, word=word, count=count)
            for topic, known in learn(cases).items()
            for word, count in [("", known.cases), *known.words.items()]
        ]
        with transaction.atomic():
            TopicWord.objects.all().delete()
            TopicWord.objects.bulk_create(rows, batch_size=2_000)
        learned_topics.forget()
        return len(cases)


def _cases() -> Iterator[LearnedCase]:
    resolved = Ticket.objects.filter(
        topic__isnull=False,
        topic_source__in=TRUSTED_SOURCES,
        last_resolved_at__gte=now() - OLDEST,
        is_spam=False,
        merged_into=None,
        customer__anonymized_at=None,
    )
    newest = list(
        resolved.order_by("-last_resolved_at", "-pk").values_list("pk", "topic_id", "customer_id", "subject")[
            :MOST_CASES
        ]
    )
    for start in range(0, len(newest), _READ_AT_ONCE):
        chunk = newest[start : start + _READ_AT_ONCE]
        texts = _first_texts([row[0] for row in chunk])
        for pk, topic, customer, subject in chunk:
            yield LearnedCase(topic=topic, customer=customer, words=words_of(subject, texts.get(pk, "")))


def _first_texts(tickets: list[int]) -> dict[int, str]:
    theirs = Message.objects.filter(ticket_id__in=tickets, author=Message.Author.CUSTOMER, is_auto_reply=False)
    first = theirs.order_by("ticket_id", "sort_at", "id").distinct("ticket_id").values_list("ticket_id", "reply_text")
    return {ticket: text[:_LONGEST_TEXT] for ticket, text in first}
