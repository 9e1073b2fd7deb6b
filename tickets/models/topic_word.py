"""What the team's own resolved cases say of their topics."""

from django.db import models

from tickets.models.topic import Topic


class TopicWord(models.Model):
    """In how many resolved cases of a topic a word was used; the word "" counts the cases themselves.

    Written by services/topic_learning.py alone, which makes the whole table anew each time. Folded words, in no order: no case can be
    read from them, and a word that fewer than three customers' cases hold is not kept.
    """

    topic = models.ForeignKey(Topic, models.CASCADE, related_name="learned_words", db_index=False)
    word = models.CharField(max_length=60, blank=True)
    count = models.PositiveIntegerField()

    class Meta:
        verbose_name = "learned word"
        verbose_name_plural = "learned words"
        constraints = [models.UniqueConstraint(fields=["topic", "word"], name="word_once_per_topic")]

    def __str__(self) -> str:
        return f"{self.word} {self.count}"
