"""What `certs` makes, and what it never touches."""

import base64
import hashlib
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

from ongrid_gen import certificates
from ongrid_gen.cli import run
from ongrid_gen.components.collector import USER_ID
from ongrid_gen.credentials import provide, read_certificate
from ongrid_gen.errors import CommandError
from ongrid_gen.runtime import stack
from support import site_of

SPEC = """
version: 1
site: demo
services: [{name: payments-api}]
edges: [{name: local}, {name: branch}]
gateway: {endpoint: "https://traces.example.com:4318", tls: {}, auth: {%s: secrets/edges.%s}}
notify: {channels: [{name: oncall, type: webhook, url_file: secrets/oncall.url}], default: oncall}
"""
EDGES = "edges: [{name: local}, {name: branch}]"


def made(folder: Path, scheme: str = "basic", spec: str = SPEC) -> tuple[Path, list[str]]:
    """Run `certs` for a spec in a folder; return the folder of secrets and what was said."""
    said: list[str] = []
    provide(site_of(spec % (scheme, scheme)), folder / "secrets", said.append)
    return folder / "secrets", said


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_everything_that_a_site_needs_is_made(tmp_path: Path) -> None:
    secrets, _ = made(tmp_path)
    own = ["ca.crt", "client.crt", "client.key", "password"]
    edges = {f"edges/{edge}/{name}" for edge in ("local", "branch") for name in own}
    assert {"ca.key", "ca.crt", "gateway.key", "gateway.crt", "edges.basic", *edges} == set(contents(secrets))


def test_what_is_secret_is_readable_by_its_owner_only(tmp_path: Path) -> None:
    secrets, _ = made(tmp_path)
    for path in (secrets, *secrets.rglob("*")):
        mode = stat.S_IMODE(path.stat().st_mode)
        wanted = 0o700 if path.is_dir() else 0o644 if path.suffix == ".crt" else 0o400
        assert wanted == mode, path


def test_a_second_run_changes_nothing(tmp_path: Path) -> None:
    secrets, _ = made(tmp_path)
    before = contents(secrets)
    assert ([], before) == (made(tmp_path)[1], contents(secrets))


def test_certificates_are_of_the_authority_and_for_one_use(tmp_path: Path) -> None:
    secrets, _ = made(tmp_path)
    authority = read_certificate(secrets / "ca.crt")
    for path, use in (("gateway.crt", ExtendedKeyUsageOID.SERVER_AUTH),
                      ("edges/local/client.crt", ExtendedKeyUsageOID.CLIENT_AUTH)):  # fmt: skip
        one = read_certificate(secrets / path)
        one.verify_directly_issued_by(authority)
        assert [use] == list(one.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value)
        assert one.not_valid_before_utc < datetime.now(UTC) < one.not_valid_after_utc
    names = certificates.names_of(read_certificate(secrets / "gateway.crt"))
    assert ["traces.example.com", "gateway", "localhost"] == [name.value for name in names]


def test_an_address_is_named_as_one(tmp_path: Path) -> None:
    secrets, _ = made(tmp_path, spec=SPEC.replace("traces.example.com", "10.0.0.7"))
    names = certificates.names_of(read_certificate(secrets / "gateway.crt"))
    assert isinstance(names[0], x509.IPAddress)


def test_a_certificate_that_ends_soon_is_made_anew_for_the_same_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(certificates, "LASTS", certificates.RENEWED - timedelta(days=1))
        secrets, _ = made(tmp_path)
    before = contents(secrets)
    (secrets / "edges" / "branch" / "client.key").unlink()  # as when it lies on the edge only
    _, said = made(tmp_path)
    after = contents(secrets)
    changed = {path for path in after if before[path] != after[path]}
    assert {"gateway.crt", "edges/local/client.crt", "edges/branch/client.crt"} == changed
    assert len(said) == 3
    assert all("ends on" in line for line in said)
    keys = [read_certificate(secrets / "edges" / "branch" / "client.crt").public_key(),
            x509.load_pem_x509_certificate(before["edges/branch/client.crt"]).public_key()]  # fmt: skip
    assert keys[0] == keys[1]


def test_another_endpoint_makes_another_certificate(tmp_path: Path) -> None:
    made(tmp_path)
    _, said = made(tmp_path, spec=SPEC.replace("traces.example.com", "spans.example.com"))
    assert 1 == len(said)
    assert "does not bear every name" in said[0]


def test_another_authority_makes_other_certificates(tmp_path: Path) -> None:
    secrets, _ = made(tmp_path)
    for name in ("ca.key", "ca.crt"):
        (secrets / name).unlink()
    _, said = made(tmp_path)
    assert 3 == sum("is of another authority" in line for line in said)


def test_without_the_key_of_the_authority_nothing_is_signed(tmp_path: Path) -> None:
    secrets, _ = made(tmp_path)
    (secrets / "ca.key").unlink()
    assert [] == made(tmp_path)[1]
    with pytest.raises(CommandError, match=r"the key of the authority is not here"):
        made(tmp_path, spec=SPEC.replace(EDGES, "edges: [{name: local}, {name: branch}, {name: depot}]"))
    assert not (secrets / "edges" / "depot" / "client.key").exists()


def test_a_key_that_is_none_is_named(tmp_path: Path) -> None:
    secrets, _ = made(tmp_path)
    key = secrets / "gateway.key"
    key.unlink()
    key.write_text("nothing", encoding="utf-8")
    with pytest.raises(CommandError, match=r"gateway\.key is no key"):
        made(tmp_path)
    assert key.read_text(encoding="utf-8") == "nothing"


def test_a_line_of_the_gateway_is_the_hash_of_a_password(tmp_path: Path) -> None:
    secrets, _ = made(tmp_path)
    lines = (secrets / "edges.basic").read_text(encoding="utf-8").splitlines()
    assert ["local", "branch"] == [line.partition(":")[0] for line in lines]
    raw = base64.b64decode(lines[0].partition("{SSHA}")[2])
    password = (secrets / "edges" / "local" / "password").read_bytes()
    assert hashlib.sha1(password + raw[20:]).digest() == raw[:20]
    assert len(password) >= 43  # 256 bits


def test_a_token_bears_the_name_of_its_edge(tmp_path: Path) -> None:
    secrets, _ = made(tmp_path, "bearer")
    token = (secrets / "edges" / "branch" / "token").read_text(encoding="utf-8")
    assert token.startswith("branch.")
    assert token in (secrets / "edges.bearer").read_text(encoding="utf-8").splitlines()


def test_a_new_edge_is_added_and_a_gone_one_is_named(tmp_path: Path) -> None:
    secrets, _ = made(tmp_path)
    before = (secrets / "edges.basic").read_text(encoding="utf-8")
    _, said = made(tmp_path, spec=SPEC.replace(EDGES, "edges: [{name: local}, {name: depot}]"))
    assert (secrets / "edges.basic").read_text(encoding="utf-8").startswith(before)
    assert "still lets in `branch`" in said[-1]


def test_a_password_that_is_given_out_may_be_taken_away_from_here(tmp_path: Path) -> None:
    secrets, _ = made(tmp_path)
    (secrets / "edges" / "branch" / "password").unlink()
    assert [] == made(tmp_path)[1]
    assert not (secrets / "edges" / "branch" / "password").exists()


def test_the_command_needs_a_spec_that_asks_for_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    spec = tmp_path / "site.yaml"
    spec.write_text("version: 1\nsite: demo\nservices: [{name: a}]\n", encoding="utf-8")
    assert 2 == run(["certs", str(spec)])
    assert "neither `gateway.tls` nor `gateway.auth`" in capsys.readouterr().err
    spec.write_text(SPEC % ("basic", "basic"), encoding="utf-8")
    assert 0 == run(["certs", str(spec)])
    assert "copy it to secrets/edges/<edge>" in capsys.readouterr().out
    assert 0 == run(["certs", str(spec)])
    assert "nothing is missing" in capsys.readouterr().out


def test_up_names_an_agent_and_a_gateway_on_one_port(tmp_path: Path) -> None:
    spec = SPEC % ("basic", "basic") + "tempo: {port: 0}\nprometheus: {port: 0}\nalertmanager: {port: 0}\n"

    def of(text: str, *edges: str) -> stack.Stack:
        return stack.Stack(site_of(text), tmp_path, tmp_path, edges)

    with pytest.raises(CommandError, match=r"`gateway.port` and `ingest.http_port` are both 4318"):
        stack.require_free_ports(of(spec, "local"), frozenset({4318}))
    for text, edges in ((spec, ()), (spec.replace("4318", "14318"), ("local",))):
        stack.require_free_ports(of(text, *edges), frozenset({3000, 4317, 4318, 14318}))


def test_up_names_what_is_missing_or_unreadable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    site = site_of(SPEC % ("basic", "basic"))
    with pytest.raises(CommandError, match=r"run `ongrid-gen certs`"):
        stack.prepare_secrets(site, ("local",), tmp_path / "secrets", print)
    secrets, _ = made(tmp_path)
    (secrets / "oncall.url").write_text("http://x", encoding="utf-8")
    monkeypatch.setattr(stack, "is_readable", lambda path, user: user != USER_ID)
    with pytest.raises(CommandError, match=r"chown 10001:10001"):
        stack.prepare_secrets(site, ("local",), secrets, print)
