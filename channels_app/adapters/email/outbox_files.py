"""Where mail goes while no outgoing server is set: files that can be opened with any mail program."""

import os
import uuid
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from channels_app.adapters.base import AdapterError
from helpdesk.common.clock import now


def keep_as_file(mail: bytes, *, name: str) -> Path:
    """Write the mail whole or not at all, readable by the owner only; ``name`` stands in the file's name. No mail takes another's place."""
    folder = Path(settings.HELPDESK_OUTBOX_DIR)
    path = folder / f"{now():%Y%m%d-%H%M%S}-{name}-{uuid.uuid4().hex[:8]}.eml"
    draft = path.with_suffix(f".{os.getpid()}.part")
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(mail)
        draft.replace(path)
    except OSError as error:
        text = _("The mail cannot be written to %(folder)s: %(error)s") % {"folder": folder, "error": error.strerror}
        raise AdapterError("outbox", text, permanent=False) from error
    return path
