"""The web chat: the visitor API, live streams, the widget script, answers by mail."""
