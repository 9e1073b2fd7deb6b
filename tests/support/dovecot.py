"""A real IMAP server for a test: Dovecot with its own configuration, users and mail in one folder, on free ports."""

import grp
import imaplib
import ipaddress
import itertools
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.support.tcp_proxy import free_port

PASSWORD = "pass-word"
_counter = itertools.count(1)
_BINARIES = ("/usr/sbin/dovecot", "/usr/local/sbin/dovecot", "/opt/homebrew/sbin/dovecot")


@dataclass
class Dovecot:
    """One mailbox of a running server, ``user`` being its address.

    ``port`` speaks plain IMAP with STARTTLS, ``tls_port`` TLS; ``certificate`` is the server's own CA.
    """

    port: int
    tls_port: int
    folder: Path
    certificate: Path
    user: str = "support@desk.example"

    def another_mailbox(self) -> "Dovecot":
        """An empty mailbox of the same server."""
        return replace(self, user=f"support-{next(_counter)}@desk.example")

    def client(self) -> imaplib.IMAP4:
        """A logged-in client of the test itself."""
        client = imaplib.IMAP4("127.0.0.1", self.port, timeout=10)
        client.login(self.user, PASSWORD)
        return client

    def deliver(self, *mails: bytes, folder: str = "INBOX", at: datetime | None = None) -> None:
        """Put mails into a folder, made when it is missing; ``at`` is their arrival (INTERNALDATE)."""
        client = self.client()
        if folder != "INBOX":
            client.create(folder)
        for mail in mails:
            raw = mail.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
            status, answer = client.append(folder, "", at or datetime.now(UTC), raw)
            assert status == "OK", answer
        client.logout()

    def flags(self, folder: str = "INBOX") -> dict[int, bytes]:
        """The flags of every mail by uid."""
        client = self.client()
        client.select(folder, readonly=True)
        answer = client.uid("FETCH", "1:*", "(FLAGS)")[1]
        client.logout()
        found = {}
        for line in answer:
            if line:
                words = line.split(b"UID ")[1]
                found[int(words.split(b" ")[0].rstrip(b")"))] = line.split(b"FLAGS (")[1].split(b")")[0]
        return found

    def delete_folder(self, folder: str) -> None:
        client = self.client()
        client.delete(folder)
        client.logout()

    def forget_numbers(self, folder: str = "INBOX") -> None:
        """Throw the folder's uid list away: the mails stay, UIDVALIDITY and all uids are new."""
        path = self.folder / "mail" / self.user
        path = path if folder == "INBOX" else path / f".{folder}"
        time.sleep(1.1)  # UIDVALIDITY is a time in seconds: within the same one it would be the same again
        for name in (
            "dovecot-uidlist",
            "dovecot.index",
            "dovecot.index.log",
            "dovecot.index.cache",
            "dovecot-uidvalidity",
        ):
            (path / name).unlink(missing_ok=True)
        for leftover in path.glob("dovecot-uidvalidity.*"):
            leftover.unlink()

    def config(self, **more: object) -> dict[str, object]:
        """The settings of an e-mail channel that polls this server."""
        return {
            "address": self.user,
            "imap_host": "127.0.0.1",
            "imap_port": self.port,
            "imap_security": "plain",
            "imap_username": self.user,
            "first_poll": "since",
            "first_poll_since": "2020-01-01",
            **more,
        }


def find_dovecot() -> str | None:
    """The server's program, if it is installed."""
    return shutil.which("dovecot") or next((path for path in _BINARIES if Path(path).exists()), None)


@contextmanager
def running_dovecot() -> Iterator[Dovecot]:
    """Start a server whose whole state lies in a folder of its own; stopped and removed at the end."""
    # Not pytest's folder: when root runs the tests, the mail processes are another account that cannot enter it.
    folder = Path(tempfile.mkdtemp(prefix="dovecot-"))
    try:
        with _running(folder) as server:
            yield server
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _running(folder: Path) -> Iterator[Dovecot]:
    binary = find_dovecot()
    assert binary is not None, "dovecot is not installed"
    port, tls_port = free_port(), free_port()
    certificate = _make_certificate(folder)
    config = folder / "dovecot.conf"
    config.write_text(_configuration(folder, port, tls_port), encoding="utf-8")
    (folder / "mail").mkdir()
    folder.chmod(0o755)
    if os.geteuid() == 0:
        shutil.chown(folder / "mail", *_mail_account())
    log = (folder / "dovecot.log").open("wb")
    process = subprocess.Popen([binary, "-F", "-c", str(config)], stdout=log, stderr=log, start_new_session=True)
    try:
        _wait_for(port, process, folder)
        yield Dovecot(port=port, tls_port=tls_port, folder=folder, certificate=certificate)
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        log.close()


def _mail_account() -> tuple[str, str]:
    """Who owns the mail: ourselves, or nobody when we are root, because Dovecot serves no mail of root's."""
    user = pwd.getpwnam("nobody") if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())
    return user.pw_name, grp.getgrgid(user.pw_gid).gr_name


def _configuration(folder: Path, port: int, tls_port: int) -> str:
    user, group = _mail_account()
    is_root = os.geteuid() == 0
    login_user = "dovenull" if is_root else user
    internal_user, internal_group = ("dovecot", "dovecot") if is_root else (user, group)
    chroot = "" if is_root else "chroot ="
    return f"""
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/dovecot-server.log
protocols = imap
listen = 127.0.0.1
ssl = yes
ssl_cert = <{folder}/cert.pem
ssl_key = <{folder}/key.pem
disable_plaintext_auth = no
auth_mechanisms = plain login
default_login_user = {login_user}
default_internal_user = {internal_user}
default_internal_group = {internal_group}
mail_location = maildir:{folder}/mail/%u
first_valid_uid = 0
first_valid_gid = 0
mail_max_userip_connections = 200
auth_failure_delay = 0
passdb {{
  driver = static
  args = password={PASSWORD}
}}
userdb {{
  driver = static
  args = uid={user} gid={group} home={folder}/mail/%u
}}
service imap-login {{
  {chroot}
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls_port}
    ssl = yes
  }}
}}
service anvil {{
  {chroot}
}}
service stats {{
  {chroot}
}}
namespace inbox {{
  inbox = yes
  separator = /
}}
"""


def _make_certificate(folder: Path) -> Path:
    """A certificate for 127.0.0.1 and localhost that signs itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    names = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    moment = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(moment - timedelta(days=1))
        .not_valid_after(moment + timedelta(days=2))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / "cert.pem"
    path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return path


def _wait_for(port: int, process: subprocess.Popen[bytes], folder: Path) -> None:
    deadline = time.monotonic() + 15
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise AssertionError((folder / "dovecot.log").read_text(errors="replace"))
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.05)
    raise AssertionError("dovecot does not listen: " + (folder / "dovecot.log").read_text(errors="replace"))
