"""Files that were handed in before the message they belong to: a signed receipt stands for each."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import timedelta

from django.core import signing
from django.utils.translation import gettext as _

from helpdesk.accounts.models import User
from helpdesk.common.errors import Conflict, InvalidInput
from tickets.models import Attachment
from tickets.services.files import StoredFile

# Below the age at which unused files are swept, so that a receipt never outlives its file.
RECEIPT_AGE = timedelta(hours=12)
_SALT = "tickets.upload"


def receipt_for(*, file: StoredFile, user: User) -> str:
    """A token with which ``user``, and nobody else, can attach the stored file within 12 hours."""
    return signing.dumps({"user": user.pk, "file": asdict(file)}, salt=_SALT)


def files_of_receipts(*, receipts: Sequence[str], user: User) -> list[StoredFile]:
    """The files behind the receipts, in their order. Raises InvalidInput for a bad one, Conflict for a used one."""
    files = []
    for receipt in receipts:
        try:
            content = signing.loads(receipt, salt=_SALT, max_age=RECEIPT_AGE)
        except signing.BadSignature:
            content = {}
        if content.get("user") != user.pk:
            text = _("This is no upload of yours, or it is older than 12 hours. Upload the file again.")
            raise InvalidInput("unknown_upload", text, fields={"attachments": text})
        files.append(StoredFile(**content["file"]))
    keys = [file.storage_key for file in files]
    if len(set(keys)) < len(keys) or Attachment.objects.filter(storage_key__in=keys).exists():
        text = _("An upload can be attached once. Upload the file again.")
        raise Conflict("upload_used", text, fields={"attachments": text})
    return files
