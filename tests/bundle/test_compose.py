"""A compose file is read the same in both of its forms, with its variables as Compose fills them."""

from dataclasses import replace
from typing import Any

import pytest

from compose_forms import other_forms
from ongrid_gen.bundle import compose
from ongrid_gen.bundle.contracts import check_bundle
from ongrid_gen.bundle.files import Bundle, read_bundle
from ongrid_gen.bundle.services import Service, services
from ongrid_gen.load import Source, read_document
from ongrid_gen.yamlio import dump, parse
from support import ROOT

GOLDEN = read_bundle(ROOT / "tests" / "golden" / "site-2.10")
COMPOSE = sorted(name for name in GOLDEN.documents if name.endswith("compose.yaml"))


def with_file(name: str, data: Any) -> Bundle:
    """Return the golden bundle with another file in it."""
    document = read_document(Source(name, dump(data, banner=None).encode()), "file")
    return replace(GOLDEN, documents={**GOLDEN.documents, name: document})


def in_other_forms(name: str) -> Any:
    """Return a compose file of the golden bundle in the other forms."""
    return other_forms(GOLDEN.data(name))


def seen(bundle: Bundle) -> list[tuple[Any, ...]]:
    """Return what is read of every container, without places."""
    return [
        (
            one.name,
            one.hosts,
            one.networks,
            [flag[:2] for flag in one.flags],
            [setting[:2] for setting in one.environment],
            [(mount.source, mount.target, mount.in_bundle) for mount in one.mounts],
            one.secrets,
            one.config,
            [port.address for port in compose.ports(one.data)],
            (compose.memory_limit(one.data) or ("",))[0],
        )
        for one in services(bundle)
    ]


@pytest.mark.parametrize("name", COMPOSE)
def test_both_forms_say_the_same(name: str) -> None:
    bundle = with_file(name, in_other_forms(name))
    assert seen(GOLDEN) == seen(bundle)
    assert check_bundle(bundle) == []


FAULTS = [
    ("OG017", "ports", lambda one: one["ports"].append({"target": 1, "published": 1})),
    ("OG017", "ports", lambda one: one["ports"].append({"target": 1, "host_ip": "${BIND:-0.0.0.0}"})),
    ("OG017", "ports", lambda one: one["ports"].append("${BIND:-0.0.0.0}:${PORT:-9091}:9091")),
    ("OG061", "command", lambda one: one.update(command="--config.file /etc/prometheus/prom.yaml")),
    ("OG061", "command", lambda one: one.update(command=["--config.file", "${FILE:-/etc/prometheus/prom.yaml}"])),
    ("OG065", "command", lambda one: one["volumes"].pop(1)),
    ("OG011", "environment", lambda one: one["environment"].append("GOMEMLIMIT=${GO:-2GiB}")),
    ("OG063", "environment", lambda one: one["environment"].append("TOKEN=/run/secrets/token")),
    ("OG063", "secrets", lambda one: one.update(secrets=[{"source": "nothing", "target": "x"}])),
    ("OG010", "command", lambda one: one.update(command=one["command"].replace("remote-write", "remote-read"))),
]


@pytest.mark.parametrize(("code", "key", "damage"), FAULTS, ids=[f"{fault[0]}-{n}" for n, fault in enumerate(FAULTS)])
def test_a_fault_in_the_other_form_is_caught_at_its_place(code: str, key: str, damage: Any) -> None:
    data = in_other_forms("compose.yaml")
    damage(data["services"]["prometheus"])
    bundle = with_file("compose.yaml", data)
    found = [problem for problem in check_bundle(bundle) if problem.code == code]
    assert found
    assert ("compose.yaml", "services", "prometheus", key) == found[0].path[:4]
    assert found[0].path[1:] in bundle.documents["compose.yaml"].loaded.values


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("plain", "plain"),
        ("a$$b", "a$b"),
        ("$${X:-y}", "${X:-y}"),
        ("${X:-y}", "y"),
        ("${X-y}", "y"),
        ("${X:-}", ""),
        ("${A:-${B:-c}}:d", "c:d"),
        ("${X}", "${X}"),
        ("$X", "$X"),
        ("${X:?must be set}", "${X:?must be set}"),
        ("${X", "${X"),
        ("$$$$", "$$"),
        ("$$${X:-a}", "$a"),
    ],
)
def test_variables_are_read_as_compose_fills_them(written: str, meant: str) -> None:
    assert meant == compose.interpolated(written)


@pytest.mark.parametrize(
    ("port", "address"),
    [
        ("9090", ""),
        (9090, ""),
        ("9090:9090", ""),
        ("127.0.0.1:9090:9090/tcp", "127.0.0.1"),
        ("127.0.0.1::9090", "127.0.0.1"),
        ("[::1]:9090:9090", "::1"),
        ("::1:9090:9090", "::1"),
        ("${BIND:-127.0.0.1}:${PORT:-9090}:9090", "127.0.0.1"),
        ({"target": 9090, "published": "9090"}, ""),
        ({"target": 9090, "host_ip": "127.0.0.1"}, "127.0.0.1"),
    ],
)
def test_a_port_is_published_on_an_address(port: Any, address: str) -> None:
    """Empty is everywhere."""
    assert [address] == [one.address for one in compose.ports({"ports": [port]})]


@pytest.mark.parametrize(
    ("volume", "read"),
    [
        ("./a:/b:ro", ("./a", "/b", True)),
        ("a:/b", ("a", "/b", False)),
        ("/host:/b", ("/host", "/b", False)),
        ("/b", None),
        ("${DIR:-./a}:/b", ("./a", "/b", True)),
        ({"type": "bind", "source": "a", "target": "/b"}, ("a", "/b", True)),
        ({"type": "volume", "source": "a", "target": "/b"}, ("a", "/b", False)),
        ({"type": "tmpfs", "target": "/b"}, None),
        ({"type": "bind", "source": "/a", "target": "/b"}, ("/a", "/b", False)),
    ],
)
def test_a_volume_is_mounted(volume: Any, read: Any) -> None:
    assert [read] * (read is not None) == [one[:3] for one in compose.volumes({"volumes": [volume]})]


def test_a_folder_beside_a_compose_file_of_an_edge_is_found() -> None:
    data = {"volumes": ["./otelcol:/etc/otelcol", "../../prometheus:/x"]}
    mounts = Service("agent", "edge/local/compose.yaml", data, GOLDEN).mounts
    assert ["edge/local/otelcol", "prometheus"] == [mount.source for mount in mounts]


@pytest.mark.parametrize(
    "junk", ["null", "7", "text", "[]", "{}", "[1]", "[[1]]", "[{a: [b]}]", "{a: null}", "{a: {b: [c]}}", "true"]
)
@pytest.mark.parametrize(
    "key",
    [
        "services",
        "networks",
        "secrets",
        "name",
        "command",
        "entrypoint",
        "environment",
        "volumes",
        "ports",
        "hostname",
        "mem_limit",
        "deploy",
        "image",
        "prometheus",
    ],
)
def test_what_no_compose_file_says_does_no_harm(key: str, junk: str) -> None:
    data: Any = parse(dump(GOLDEN.data("compose.yaml"), banner=None))
    places = {"services": data, "name": data, "secrets": data, "prometheus": data["services"]}
    places.get(key, data["services"]["prometheus"])[key] = parse(junk)
    check_bundle(with_file("compose.yaml", data))
    data = {**data, "networks": parse(junk)}
    check_bundle(with_file("compose.yaml", data))
