"""Key files under the data folder: made once, readable by the owner only, never derived from one another."""

import os
import secrets
from pathlib import Path


def read_or_create_key(path: Path, *, length: int = 50) -> str:
    """The text in ``path``; created with a random value and mode 0600 when it is not there.

    Two processes starting at once agree on one value: the file is linked into place whole, and the loser reads it.
    """
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = path.with_name(f".{path.name}.{os.getpid()}")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(length))
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text(encoding="ascii").strip()
