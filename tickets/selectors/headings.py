"""What a ticket is called in lists and at its head."""

from django.db.models import Case, CharField, F, OuterRef, Subquery, Value, When
from django.db.models.functions import Coalesce, Left, NullIf

from tickets.models import Message

# A line of a list holds less; the rest is blanks.
_READ = 400


def first_words() -> Case:
    """Annotation: of a ticket without a subject the beginning of what its customer said first, whoever wrote since; else "".

    NULL where he has said nothing in words. One look at an index for each row without a subject.
    """
    said = Message.objects.filter(ticket=OuterRef("pk"), author=Message.Author.CUSTOMER, deleted_at=None)
    words = Left(Coalesce(NullIf(F("reply_text"), Value("")), F("text")), _READ)
    first = said.exclude(text="").order_by("sort_at", "pk").annotate(start=words).values("start")[:1]
    return Case(When(subject="", then=Subquery(first)), default=Value(""), output_field=CharField())
