"""What edges and gateway prove themselves with, as files below `secrets/`: made where it is missing.

A key, password or token that is there is never touched. A certificate is made anew, for the same key, when it ends soon
or no longer fits. What an edge holds may be taken away from here: its certificate and the gateway's file tell enough.
"""

import base64
import hashlib
import ipaddress
import os
import secrets as random
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from cryptography import x509

from ongrid_gen import certificates
from ongrid_gen.certificates import CLIENT, SERVER, Certificate, Key
from ongrid_gen.components import access
from ongrid_gen.components.access import AUTHORITY, CLIENT_CERTIFICATE, CLIENT_KEY, CREDENTIAL
from ongrid_gen.components.collector import USER_ID
from ongrid_gen.conventions import GATEWAY_HOST, LOCALHOST
from ongrid_gen.errors import CommandError
from ongrid_gen.model import Auth, Edge, Site, Tls
from ongrid_gen.naming import edge_secrets

Say = Callable[[str], None]
AUTHORITY_KEY: Final = "ca.key"
PRIVATE, PUBLIC, FOLDER = 0o400, 0o644, 0o700
SALT_BYTES: Final = 12
# 256 bits, which nobody guesses: a slow hash would cost the gateway at every request, and protect nothing.
SECRET_BYTES: Final = 32


@dataclass(frozen=True, slots=True)
class Authority:
    """The site's authority. `key` is None where it is kept elsewhere: nothing can be signed then."""

    certificate: Certificate
    key: Key | None


def provide(site: Site, folder: Path, say: Say) -> None:
    """Make what is missing below the folder of the secrets."""
    tls, auth = site.gateway.tls, site.gateway.auth
    make_folder(folder)
    if tls:
        authority = provide_authority(site, tls, folder, say)
        provide_gateway(site, tls, folder, authority, say)
        for edge in site.edges:
            provide_client(edge, tls, folder, authority, say)
    if auth:
        provide_credentials(site, auth, folder, say)


def provide_authority(site: Site, tls: Tls, folder: Path, say: Say) -> Authority:
    """Return the site's authority, made when there is none."""
    certificate_file, key_file = inside(folder, tls.authority), folder / AUTHORITY_KEY
    key = read_key(key_file)
    if certificate_file.exists():
        return Authority(read_certificate(certificate_file), key)
    if key is None:
        key = certificates.new_key()
        create(key_file, certificates.key_text(key), PRIVATE)
        say(f"made {key_file}: whoever has it can make certificates of this site; keep it where nobody else gets")
    certificate = certificates.new_authority(key, f"ongrid-gen {site.name}")
    create(certificate_file, certificates.certificate_text(certificate), PUBLIC)
    say(f"made {certificate_file}")
    return Authority(certificate, key)


def provide_gateway(site: Site, tls: Tls, folder: Path, authority: Authority, say: Say) -> None:
    """Make the gateway's key and certificate."""
    files = inside(folder, tls.certificate), inside(folder, tls.key)
    provide_pair(*files, GATEWAY_HOST, hosts(site), authority, say)


def provide_client(edge: Edge, tls: Tls, folder: Path, authority: Authority, say: Say) -> None:
    """Make what an edge needs: the authority's certificate, and a key and certificate of its own."""
    own = folder / edge_secrets(edge.name)
    make_folder(own)
    text = certificates.certificate_text(authority.certificate)
    if not (own / AUTHORITY).exists() or (own / AUTHORITY).read_bytes() != text:
        replace(own / AUTHORITY, text, PUBLIC)
        say(f"copied the authority to {own / AUTHORITY}")
    if tls.clients:
        provide_pair(own / CLIENT_CERTIFICATE, own / CLIENT_KEY, edge.name, None, authority, say)


def provide_pair(
    certificate_file: Path, key_file: Path, name: str, names: list[x509.GeneralName] | None, by: Authority, say: Say
) -> None:
    """Make a key and its certificate; with `names` it is a server's. A certificate that is fit stays."""
    key = read_key(key_file)
    old = read_certificate(certificate_file) if certificate_file.exists() else None
    public = key.public_key() if key else None
    why = certificates.why_unfit(old, by.certificate, names or [], public) if old else "is missing"
    if why is None:
        return
    if by.key is None:
        raise CommandError(f"{certificate_file} {why}, and the key of the authority is not here to sign another one\n"
                           f"  put it back, as {AUTHORITY_KEY} beside its certificate, for this command")  # fmt: skip
    if old and public is None:
        public = certificates.public_key(old)  # the key is at the edge
    if public is None:
        key = certificates.new_key()
        create(key_file, certificates.key_text(key), PRIVATE, of_collector=True)
        public = key.public_key()
        say(f"made {key_file}")
    made = certificates.signed(public, name, CLIENT if names is None else SERVER, names or [], by.certificate, by.key)
    replace(certificate_file, certificates.certificate_text(made), PUBLIC)
    told = f" anew: the old one {why}" if old else ""
    say(f"made {certificate_file}{told}; it ends on {made.not_valid_after_utc:%Y-%m-%d}")


def hosts(site: Site) -> list[x509.GeneralName]:
    """Return the names under which agents reach the gateway."""
    names = [urlsplit(access.address(site)).hostname or GATEWAY_HOST, GATEWAY_HOST, LOCALHOST]
    return [general_name(name) for name in dict.fromkeys(names)]


def general_name(host: str) -> x509.GeneralName:
    """Return a host as certificates name it."""
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def provide_credentials(site: Site, auth: Auth, folder: Path, say: Say) -> None:
    """Make the password or token of every edge, and let the gateway's file know it."""
    file = inside(folder, auth.file)
    lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
    known = {edge_of(line, auth.scheme) for line in lines} - {""}
    before = list(lines)
    for edge in site.edges:
        own = folder / edge_secrets(edge.name) / CREDENTIAL[auth.scheme]
        if edge.name in known:
            continue
        make_folder(own.parent)
        if not own.exists():
            create(own, new_secret(edge, auth.scheme).encode(), PRIVATE, of_collector=True)
            say(f"made {own}")
        lines.append(line_of(edge, own.read_text(encoding="utf-8").strip(), auth.scheme))
    if lines != before or not file.exists():
        replace(file, "".join(f"{line}\n" for line in lines).encode(), PRIVATE, of_collector=True)
        say(f"wrote {file}: the gateway reads it {WHEN[auth.scheme]}")
    for name in sorted(known - {edge.name for edge in site.edges}):
        say(f"{file} still lets in `{name}`, which is no edge of the spec: remove its line")


# When the gateway reads its file of credentials (collector 0.155).
WHEN: Final = {"basic": "when it starts", "bearer": "when it changes"}


def edge_of(line: str, scheme: str) -> str:
    """Return the edge that a line of the gateway's file is of."""
    return line.partition(":" if scheme == "basic" else ".")[0].strip()


def new_secret(edge: Edge, scheme: str) -> str:
    """Return a password, or a token that begins with the name of its edge."""
    secret = random.token_urlsafe(SECRET_BYTES)
    return f"{edge.name}.{secret}" if scheme == "bearer" else secret


def line_of(edge: Edge, secret: str, scheme: str) -> str:
    """Return the line by which the gateway knows an edge."""
    if scheme == "bearer":
        return secret
    salt = random.token_bytes(SALT_BYTES)
    hashed = base64.b64encode(hashlib.sha1(secret.encode() + salt).digest() + salt).decode()
    return f"{edge.name}:{{SSHA}}{hashed}"


def read_key(path: Path) -> Key | None:
    """Return the key of a file; None when it is not there."""
    try:
        return certificates.read_key(path.read_bytes()) if path.exists() else None
    except (ValueError, TypeError) as error:
        raise CommandError(f"{path} is no key that can be used here: {error}") from None


def read_certificate(path: Path) -> Certificate:
    """Return the certificate of a file."""
    try:
        return certificates.read_certificate(path.read_bytes())
    except ValueError as error:
        raise CommandError(f"{path} is no certificate: {error}") from None


def inside(folder: Path, file: str) -> Path:
    """Return the path of a secret file that the spec names relative to its own folder."""
    return folder.parent / file


def make_folder(folder: Path) -> None:
    """Make a folder that only its owner enters, and those above it."""
    if not folder.exists():
        make_folder(folder.parent)
        folder.mkdir(mode=FOLDER)


def create(path: Path, data: bytes, mode: int, *, of_collector: bool = False) -> None:
    """Write a file that is not there; FileExistsError otherwise."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    fill(handle, data, mode, of_collector=of_collector)


def replace(path: Path, data: bytes, mode: int, *, of_collector: bool = False) -> None:
    """Write a file so that a reader sees the old one or the new one."""
    handle, name = tempfile.mkstemp(dir=path.parent)
    try:
        fill(handle, data, mode, of_collector=of_collector)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def fill(handle: int, data: bytes, mode: int, *, of_collector: bool) -> None:
    """Write an open file; one that a collector reads becomes its user's, where we may give it away."""
    with os.fdopen(handle, "wb") as file:
        os.fchmod(handle, mode)
        if of_collector and os.geteuid() == 0:
            os.fchown(handle, USER_ID, USER_ID)
        file.write(data)
