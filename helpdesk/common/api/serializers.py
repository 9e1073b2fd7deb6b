"""Shapes of input and of refusals."""

from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers


class InputSerializer(serializers.Serializer):
    """What a caller may send: a field that is not declared is refused by its name."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, dict):
            unknown = {name: [_("There is no such field here.")] for name in data if name not in self.fields}
            if unknown:
                raise serializers.ValidationError(unknown)
        return super().to_internal_value(data)


class NoInput(InputSerializer):
    """Nothing needs to be sent."""


class ErrorAnswer(serializers.Serializer):
    """Why a call was refused. ``fields`` maps names of fields or parameters to what is wrong with them."""

    code = serializers.CharField()
    message = serializers.CharField()
    fields = serializers.DictField(child=serializers.CharField())  # type: ignore[assignment]


class IdField(serializers.IntegerField):
    """A primary key in a body."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(min_value=1, max_value=2**63 - 1, **kwargs)
