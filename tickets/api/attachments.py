"""``/api/v1/attachments/``: files, handed in and fetched with the rights of their ticket."""

from typing import Any, ClassVar

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.utils.http import content_disposition_header
from django_filters import rest_framework as filters
from drf_spectacular.utils import OpenApiTypes, extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from helpdesk.accounts.api.viewsets import ResourceViewSet
from helpdesk.common.api import LimitedMultiPartParser
from helpdesk.common.api.errors import PayloadTooLarge
from helpdesk.common.api.filters import IdFilter
from helpdesk.common.api.serializers import InputSerializer
from helpdesk.common.api.views import ListRows, RetrieveRow
from tickets.api.message_serializers import FileRead
from tickets.api.message_shapes import attachment_link
from tickets.api.tickets import REPLY, VIEW
from tickets.models import Attachment
from tickets.services.files import StoredFile, open_file, store_file
from tickets.services.uploads import RECEIPT_AGE, receipt_for


class AttachmentFilters(filters.FilterSet):
    message = IdFilter(field_name="message_id")
    ticket = IdFilter(field_name="message__ticket_id")
    sha256 = filters.CharFilter(max_length=64)

    class Meta:
        model = Attachment
        fields: tuple[str, ...] = ()


class AttachmentRead(FileRead):
    message = serializers.IntegerField()
    sha256 = serializers.CharField()
    error = serializers.CharField(help_text="Why the file could not be fetched; it cannot be downloaded then.")


class UploadInput(InputSerializer):
    file = serializers.FileField(allow_empty_file=True, max_length=1000)


class UploadRead(serializers.Serializer):
    """What to name in `attachments` of a reply, a note or a new ticket."""

    upload = serializers.CharField()
    name = serializers.CharField()
    content_type = serializers.CharField()
    size = serializers.IntegerField()
    sha256 = serializers.CharField()
    expires_in_seconds = serializers.IntegerField()


class AnyTypeRenderer(BaseRenderer):
    """Lets a caller ask for a file under any ``Accept``; the view answers the bytes itself."""

    media_type = "*/*"
    format = "file"

    def render(self, data: Any, *args: Any, **kwargs: Any) -> bytes:
        return JSONRenderer().render(data)


@extend_schema_view(
    list=extend_schema(responses=AttachmentRead(many=True)), retrieve=extend_schema(responses=AttachmentRead)
)
class AttachmentViewSet(ListRows, RetrieveRow, ResourceViewSet):
    """Files of the messages you may see. Upload first, then name the upload in what you send."""

    queryset = Attachment.objects.all()
    serializer_class = AttachmentRead
    filterset_class = AttachmentFilters
    permissions: ClassVar = {"list": VIEW, "retrieve": VIEW, "download": VIEW, "create": REPLY}

    def get_queryset(self) -> QuerySet:
        return Attachment.objects.visible_to(self.request.user).values(
            "id", "uuid", "message_id", "name", "content_type", "size", "sha256", "is_inline", "error"
        )

    def get_parsers(self) -> list[Any]:
        return [LimitedMultiPartParser()] if self.request and self.request.method == "POST" else super().get_parsers()

    def represent(self, rows: list[Any]) -> list[Any]:
        return [attachment_link({"message": row.pop("message_id"), **row}) for row in rows]

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if self.action == "create":
            # Before a repeatable call opens its transaction: storage may be at the other end of a network.
            self.stored = self._store_upload()

    @extend_schema(request={"multipart/form-data": UploadInput}, responses={201: UploadRead})
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Hand in a file of at most 25 MB. It is forgotten after 12 hours unless it is attached to something."""
        stored = self.stored
        answer = {
            "upload": receipt_for(file=stored, user=self.caller),
            "name": stored.name,
            "content_type": stored.content_type,
            "size": stored.size,
            "sha256": stored.sha256,
            "expires_in_seconds": int(RECEIPT_AGE.total_seconds()),
        }
        return Response(answer, status=201)

    def _store_upload(self) -> StoredFile:
        file: UploadedFile = self.read_input(UploadInput)["file"]
        if (file.size or 0) > settings.HELPDESK_MAX_ATTACHMENT_BYTES:
            raise PayloadTooLarge()
        return store_file(name=file.name or "", content=file.read(), content_type=file.content_type or "")

    @extend_schema(responses={(200, "application/octet-stream"): OpenApiTypes.BINARY})
    @action(detail=True, methods=["get"], renderer_classes=[JSONRenderer, AnyTypeRenderer])
    def download(self, request: Request, *args: Any, **kwargs: Any) -> HttpResponse:
        """The bytes. Always as a download, never as a type that a browser would show."""
        attachment = Attachment.objects.visible_to(request.user).filter(pk=self.kwargs["pk"]).first()
        if attachment is None:
            raise Http404
        response = HttpResponse(open_file(attachment), content_type="application/octet-stream")
        response["Content-Disposition"] = content_disposition_header(True, attachment.name) or "attachment"
        response["X-Content-Type-Options"] = "nosniff"
        response["Content-Security-Policy"] = "default-src 'none'; sandbox; frame-ancestors 'none'"
        response["Cache-Control"] = "private, no-store"
        return response
