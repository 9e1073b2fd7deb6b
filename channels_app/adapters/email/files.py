"""Attachments: what they are called, and whether they are part of the text or beside it."""

import mimetypes

from channels_app.adapters.base import InboundAttachment
from channels_app.adapters.email.mime import Part
from helpdesk.common.text import clean_file_name

# The system's own table differs from host to host; these are what customers send.
_EXTENSIONS = {
    "application/pdf": "pdf",
    "application/zip": "zip",
    "application/json": "json",
    "application/xml": "xml",
    "application/rtf": "rtf",
    "application/msword": "doc",
    "application/vnd.ms-excel": "xls",
    "application/vnd.ms-powerpoint": "ppt",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": "pptx",
    "application/ms-tnef": "dat",
    "application/vnd.ms-tnef": "dat",
    "application/pgp-signature": "asc",
    "application/pgp-encrypted": "asc",
    "application/pgp-keys": "asc",
    "application/pkcs7-signature": "p7s",
    "application/x-pkcs7-signature": "p7s",
    "application/pkcs7-mime": "p7m",
    "application/x-pkcs7-mime": "p7m",
    "application/ics": "ics",
    "application/octet-stream": "bin",
    "audio/mpeg": "mp3",
    "audio/mp4": "m4a",
    "audio/x-m4a": "m4a",
    "audio/ogg": "ogg",
    "audio/wav": "wav",
    "audio/amr": "amr",
    "image/jpeg": "jpg",
    "image/jpg": "jpg",
    "image/pjpeg": "jpg",
    "image/png": "png",
    "image/gif": "gif",
    "image/webp": "webp",
    "image/heic": "heic",
    "image/heif": "heif",
    "image/bmp": "bmp",
    "image/tiff": "tiff",
    "image/svg+xml": "svg",
    "message/rfc822": "eml",
    "message/global": "eml",
    "message/delivery-status": "txt",
    "message/disposition-notification": "txt",
    "text/plain": "txt",
    "text/html": "html",
    "text/calendar": "ics",
    "text/csv": "csv",
    "text/vcard": "vcf",
    "text/x-vcard": "vcf",
    "text/directory": "vcf",
    "text/xml": "xml",
    "text/rfc822-headers": "txt",
    "video/mp4": "mp4",
    "video/quicktime": "mov",
    "video/3gpp": "3gp",
    "video/webm": "webm",
}


def declared_name(part: Part) -> str:
    """The file name that the sender gave, uncleaned; "" where there is none."""
    return part.disposition_parameters.get("filename", "").strip() or part.parameters.get("name", "").strip()


def attachment(part: Part, *, number: int, is_inline: bool) -> InboundAttachment:
    """The part as a file. ``number`` goes into the name of a file without one."""
    name = declared_name(part)
    if not name and part.is_mail and part.children:
        subject = part.children[0].headers.text("subject")
        name = f"{subject.replace('/', '_')}.eml" if subject else ""
    return InboundAttachment(
        name=file_name(name, part.content_type, number),
        content_type=part.content_type,
        content=part.content,
        is_inline=is_inline,
        content_id=part.content_id,
    )


def file_name(name: str, content_type: str, number: int) -> str:
    """The cleaned name, or one made of the type ("attachment-1.pdf")."""
    extension = _EXTENSIONS.get(content_type) or (mimetypes.guess_extension(content_type) or ".bin").lstrip(".")
    default = f"attachment-{number}.{extension}"
    return clean_file_name(name, default=default) if name else default
