"""The api channel: any system posts signed JSON messages and gets replies at its own URL."""

from channels_app.adapters.base import Can, ChannelAdapter


class ApiAdapter(ChannelAdapter):
    """Signed JSON in and out."""

    kind = "api"
    label = "API"
    identity_kind = "api"
    can = Can.SEND | Can.WEBHOOK | Can.ATTACH | Can.IDEMPOTENT_SEND | Can.READ_RECEIPTS
