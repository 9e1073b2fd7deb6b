"""The search index over messages: first 200 kB, accents folded, no stemming, bigrams for scripts without word spaces."""

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models

from tickets.models.message import Message


class MessageSearch(models.Model):
    message = models.OneToOneField(Message, models.CASCADE, primary_key=True, related_name="search")
    vector = SearchVectorField()

    class Meta:
        indexes = [GinIndex(fields=["vector"], name="message_search_vector", fastupdate=True)]
