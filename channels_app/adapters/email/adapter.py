"""The e-mail channel."""

from channels_app.adapters.base import Can, ChannelAdapter


class EmailAdapter(ChannelAdapter):
    """Mail over IMAP, SMTP or a pipe in, over SMTP out."""

    kind = "email"
    label = "E-mail"
    identity_kind = "email"
    can = Can.SEND | Can.POLL | Can.ATTACH | Can.HTML | Can.COPY | Can.SUBJECT
    is_threaded = True
