"""promtool for these tests: the program on PATH, or the one in an image; its lack skips, but not in CI."""

import resource
import shutil
import subprocess

import pytest

from ongrid_gen.components.images import PROMETHEUS
from ongrid_gen.ruletest import InImage, OnPath, Promtool
from support import lacking


def images() -> list[str]:
    """Return the images that hold promtool, the official one first."""
    return [PROMETHEUS.official, *([PROMETHEUS.stand_in] if PROMETHEUS.stand_in else [])]


def has_image(reference: str) -> bool:
    """Tell whether an image is on this machine."""
    if shutil.which("docker") is None:
        return False
    return subprocess.run(["docker", "image", "inspect", reference], capture_output=True, check=False).returncode == 0


@pytest.fixture(scope="session")
def promtool() -> Promtool:
    """Return promtool."""
    if shutil.which("promtool"):
        return OnPath()
    image = next((reference for reference in images() if has_image(reference)), None)
    if image is not None:
        return InImage(image)
    return lacking(f"no promtool: put it on PATH, or pull or build one of {', '.join(images())}")


@pytest.fixture(scope="session")
def own_promtool(promtool: Promtool, tmp_path_factory: pytest.TempPathFactory) -> OnPath:
    """Return promtool as a child of the test, whose processor time counts; out of the image if it is in one."""
    if isinstance(promtool, OnPath):
        return promtool
    assert isinstance(promtool, InImage)
    program = tmp_path_factory.mktemp("promtool") / "promtool"
    made = ["docker", "create", "--entrypoint=/bin/promtool", promtool.image, "--version"]
    container = subprocess.run(made, check=True, capture_output=True, text=True).stdout.strip()
    try:
        subprocess.run(["docker", "cp", "-L", f"{container}:/bin/promtool", program], check=True, capture_output=True)
    finally:
        subprocess.run(["docker", "rm", container], check=True, capture_output=True)
    return OnPath(str(program))


def processor_time() -> float:
    """Return the seconds that children spent in programs so far."""
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
