"""Shapes of messages and their files, as ``message_shapes.py`` builds them."""

from rest_framework import serializers

from tickets.models import Conversation, Message, MessageRecipient


class AuthorRead(serializers.Serializer):
    """Who wrote it. `id` is an agent's or a customer's; bot and system have none."""

    kind = serializers.ChoiceField(choices=Message.Author.choices)
    id = serializers.IntegerField(allow_null=True)
    name = serializers.CharField()
    address = serializers.CharField(allow_null=True)


class RecipientRead(serializers.Serializer):
    role = serializers.ChoiceField(choices=MessageRecipient.Role.choices)
    address = serializers.CharField()
    name = serializers.CharField()
    state = serializers.CharField()
    code = serializers.CharField()


class FileRead(serializers.Serializer):
    id = serializers.IntegerField()
    uuid = serializers.UUIDField()
    name = serializers.CharField()
    content_type = serializers.CharField()
    size = serializers.IntegerField()
    is_inline = serializers.BooleanField()
    download_url = serializers.URLField()


class MessageRead(serializers.Serializer):
    """A message or note. `reply_text` is the text without what it quotes; `sort_at` orders a timeline."""

    id = serializers.IntegerField()
    uuid = serializers.UUIDField()
    ticket = serializers.IntegerField()
    conversation = serializers.IntegerField(allow_null=True)
    channel = serializers.IntegerField(allow_null=True)
    direction = serializers.ChoiceField(choices=Message.Direction.choices)
    kind = serializers.ChoiceField(choices=Message.Kind.choices)
    purpose = serializers.CharField()
    author = AuthorRead()
    subject = serializers.CharField()
    text = serializers.CharField()
    reply_text = serializers.CharField()
    is_text_cut = serializers.BooleanField()
    flags = serializers.ListField(child=serializers.CharField())
    is_auto_reply = serializers.BooleanField()
    language = serializers.CharField()
    contact_number = serializers.IntegerField()
    visibility = serializers.ChoiceField(choices=Conversation.Visibility.choices)
    reactions = serializers.ListField(child=serializers.JSONField())
    provider_at = serializers.DateTimeField(allow_null=True)
    received_at = serializers.DateTimeField()
    sort_at = serializers.DateTimeField()
    sent_at = serializers.DateTimeField(allow_null=True)
    edited_at = serializers.DateTimeField(allow_null=True)
    deleted_at = serializers.DateTimeField(allow_null=True)
    delivery_state = serializers.ChoiceField(choices=Message.DeliveryState.choices, allow_null=True)
    error_code = serializers.CharField()
    error = serializers.CharField()
    recipients = RecipientRead(many=True)
    attachments = FileRead(many=True)


class MessageDetailRead(MessageRead):
    """A message whole: `html` is made harmless, remote pictures taken out."""

    html = serializers.CharField()
