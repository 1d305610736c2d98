import re

import pytest

from ongrid_gen.components import images
from ongrid_gen.standins import STAND_INS, UNAVAILABLE, golang
from ongrid_gen.standins.base import NAMESPACE, StandIn, recipe_dir

ALL = pytest.mark.parametrize("standin", STAND_INS.values(), ids=lambda standin: standin.component)
OFFICIAL = (images.OTELCOL, images.PROMETHEUS, images.ALERTMANAGER, images.GRAFANA, images.BUSYBOX)


def test_keys_are_the_components_and_none_of_them_is_called_unavailable() -> None:
    assert list(STAND_INS) == [standin.component for standin in STAND_INS.values()]
    assert not STAND_INS.keys() & UNAVAILABLE.keys()


@ALL
def test_an_image_never_has_an_official_name(standin: StandIn) -> None:
    repository, _, tag = standin.image.rpartition(":")
    assert repository == f"{NAMESPACE}/{standin.component}"
    assert tag == standin.version
    assert repository not in {image.official.rpartition(":")[0] for image in OFFICIAL}


def test_the_names_are_those_that_are_rendered() -> None:
    rendered = {image.stand_in for image in OFFICIAL} - {None} | {images.TEMPO_STAND_IN}
    assert rendered == {standin.image for standin in STAND_INS.values()}


@ALL
def test_the_image_runs_as_the_user_that_owns_its_folders(standin: StandIn) -> None:
    dockerfile = (recipe_dir(standin.component) / "Dockerfile").read_text()
    assert f"USER {standin.uid}:{standin.uid}\n" in dockerfile
    assert standin.uid > 0


@ALL
def test_every_image_brings_a_tool_for_probes(standin: StandIn) -> None:
    assert {"sh", "wget"} <= set(standin.applets)


def test_the_tag_of_tempo_is_the_pinned_version() -> None:
    go_mod = (recipe_dir("tempo") / "go.mod").read_text()
    assert f"github.com/grafana/tempo v{golang.TEMPO_VERSION}\n" in go_mod


def test_the_tag_of_the_collector_is_the_version_of_its_components() -> None:
    source = (recipe_dir("otelcol") / "components.go").read_text()
    go_mod = (recipe_dir("otelcol") / "go.mod").read_text()
    for module in re.findall(r'"(github\.com/open-telemetry/[^"]+)"', source):
        assert f"{module} v{golang.OTELCOL_VERSION}" in go_mod
