"""Which account runs PostgreSQL, and its folders. Folders that are not ours keep their permissions."""

import os
import pwd
import stat
from dataclasses import dataclass
from pathlib import Path

from helpdesk.embedded.errors import StartError, StartRefused
from helpdesk.embedded.layout import ROOT_DIR, DataLayout, can_enter

# A dedicated account is used where the administrator made one.
_UNPRIVILEGED_NAMES = ("helpdesk", "nobody")


@dataclass(frozen=True, kw_only=True)
class Account:
    """An operating system account that a service is run as."""

    uid: int
    gid: int


def unprivileged_account(existing_data: Path) -> Account | None:
    """Who runs PostgreSQL, which refuses to run as root: None is ourselves, when we are not root.

    Data that is there already stays with its owner. Raises StartError when that is somebody else.
    """
    owner = existing_data.stat() if existing_data.exists() else None
    if os.geteuid() != 0:
        if owner is not None and owner.st_uid != os.geteuid():
            raise StartRefused(
                f"The database in {existing_data} belongs to {account_name(owner.st_uid)}, and this is "
                f"{account_name(os.geteuid())}. Start as root or as that account, or choose another HELPDESK_DATA."
            )
        return None
    if owner is not None and owner.st_uid != 0:
        return Account(uid=owner.st_uid, gid=owner.st_gid)
    for name in _UNPRIVILEGED_NAMES:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(uid=entry.pw_uid, gid=entry.pw_gid)
    raise StartError(
        "PostgreSQL does not run as root, and there is no account called helpdesk or nobody to run it. "
        "Make one (useradd --system helpdesk), start as an ordinary user, or set DATABASE_URL."
    )


def account_name(uid: int) -> str:
    """The account's name; its number where it has none."""
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def make_private_folder(folder: Path, *, account: Account | None = None) -> None:
    """Make the folder if need be, for that account alone. Raises StartRefused when somebody else owns it."""
    uid, gid = (account.uid, account.gid) if account else (os.geteuid(), os.getegid())
    try:
        folder.mkdir(mode=0o700)
    except FileExistsError:
        pass
    else:
        folder.chmod(0o700)
        if account:
            os.chown(folder, uid, gid)
    status = folder.lstat()
    if not stat.S_ISDIR(status.st_mode) or status.st_uid != uid:
        raise StartRefused(f"{folder} is not a folder of {account_name(uid)}. Remove it and start again.")
    if status.st_mode & 0o077:
        folder.chmod(0o700)


def make_passable_folder(folder: Path) -> None:
    """Make the folder and those above it if need be. Only those made here are opened for passing through."""
    for path in (*reversed(folder.parents), folder):
        try:
            path.mkdir()
        except FileExistsError:
            continue
        except OSError as error:
            raise StartRefused(
                f"The folder {path} cannot be made: {error.strerror}. Choose another HELPDESK_DATA."
            ) from error
        path.chmod(0o711 if os.geteuid() == 0 else 0o700)


def make_data_folder(layout: DataLayout) -> None:
    """The data folder, ready to be written to. Raises StartRefused where it cannot be."""
    make_passable_folder(layout.data_dir)
    if not os.access(layout.data_dir, os.W_OK | os.X_OK):
        raise StartRefused(f"The data folder {layout.data_dir} is not writable. Choose another: HELPDESK_DATA=FOLDER.")


def make_folders_for(layout: DataLayout, *, account: Account | None) -> None:
    """The folders around the database and its socket, so that the account reaches what it needs."""
    make_data_folder(layout)
    make_passable_folder(layout.postgres_dir)
    socket_dir = layout.postgres_socket_dir
    if socket_dir.parent not in (layout.postgres_dir, layout.root_dir):
        make_private_folder(socket_dir.parent)
    if account and not can_enter(layout.postgres_dir, uid=account.uid, gid=account.gid):
        raise StartRefused(
            f"{account_name(account.uid)}, who runs PostgreSQL for root, cannot enter {layout.postgres_dir}. "
            f"Move it to {ROOT_DIR / layout.identifier / 'postgres'}, or let others pass through the folders above it."
        )
    make_passable_folder(socket_dir.parent)
    make_private_folder(socket_dir, account=account)
