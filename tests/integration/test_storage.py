"""Traces in a bucket: on a real S3 server, and read from it by a Tempo that has nothing else."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from integration.conftest import Running, stack_of
from integration.outages import missing, traffic_through
from integration.s3server import CREDENTIALS, beside_tempo, compiled
from ongrid_gen.components import tempo
from ongrid_gen.drill.traffic import Traffic
from ongrid_gen.naming import project
from ongrid_gen.render import Tree
from ongrid_gen.runtime import docker
from ongrid_gen.wait import until
from support import site_of

pytestmark = pytest.mark.integration

TRAFFIC = Traffic("kept-api", "GET /kept", rate=50)
BLOCK = 180  # seconds: a block is closed after 30, and written to the bucket at the next look


@dataclass(frozen=True)
class Stored:
    """A stack, and the folder behind its bucket."""

    running: Running
    bucket: Path


@pytest.fixture(scope="module")
def stored(scratch: Path, stand_ins: bool) -> Iterator[Stored]:
    """The stack of `storage.yaml` with its bucket."""
    program, buckets = compiled(scratch), scratch / "buckets"
    (buckets / "traces").mkdir(parents=True)
    images = site_of((Path(__file__).parent / "storage.yaml").read_text(encoding="utf-8"), stand_ins=stand_ins).images

    def change(tree: Tree) -> Tree:
        return beside_tempo(tree, program, buckets, images)

    given = {"s3.credentials": CREDENTIALS}
    with stack_of("storage.yaml", scratch, stand_ins=stand_ins, tree_change=change, secrets=given) as running:
        yield Stored(running, buckets / "traces")


def test_traces_outlive_tempo_and_its_volume(stored: Stored, record_property: Callable[[str, object], None]) -> None:
    running = stored.running
    accepted = traffic_through(running, TRAFFIC, lambda _: None, before=5, after=1)
    until(lambda: in_blocks(stored.bucket) >= len(accepted), seconds=BLOCK, what="the blocks to be in the bucket")
    centre = running.stack.centre
    centre.call("rm", "--stop", "--force", "tempo", timeout=60)
    docker.run("volume", "rm", f"{project(running.site)}_tempo-data")
    centre.call("up", "--detach", "--wait", "tempo", timeout=120)
    gone = missing(running, accepted, 60)
    record_property(
        "traces in a bucket", f"{len(accepted)} accepted, {len(gone)} not found after Tempo lost its volume"
    )
    assert not gone


def in_blocks(bucket: Path) -> int:
    """Return how many traces the blocks of a bucket hold, as they say themselves."""
    metas = [json.loads(path.read_text(encoding="utf-8")) for path in bucket.rglob("meta.json")]
    return sum(int(meta["totalObjects"]) for meta in metas)


def test_blocks_are_below_the_prefix(stored: Stored) -> None:
    """Tempo 1.5 has none, and `up` said so."""
    told = any("prefix" in one for one in tempo.dialect_of(stored.running.site).differences(stored.running.site))
    place = stored.bucket if told else stored.bucket / "site" / "a"
    assert list(place.glob("single-tenant/*/meta.json"))
