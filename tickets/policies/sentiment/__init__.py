"""How customers feel: read from what they write, with the words that say so."""

from tickets.policies.sentiment.analysis import Label, Sentiment, analyse_sentiment

__all__ = ["Label", "Sentiment", "analyse_sentiment"]
