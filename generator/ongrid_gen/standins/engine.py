"""The few things asked of the `docker` program."""

import contextlib
from collections.abc import Mapping
from pathlib import Path

from ongrid_gen.standins.base import StandInError
from ongrid_gen.standins.command import ToolError, run


def require_engine() -> None:
    """Raise StandInError when no Docker engine answers."""
    try:
        run(["docker", "info", "--format", "{{.ServerVersion}}"])
    except StandInError as error:
        raise StandInError("no Docker engine answers: run `tools/docker-engine.sh` or start yours") from error


def image_label(image: str, label: str) -> str | None:
    """Return a label of an image on this machine; None when label, image or engine are absent."""
    try:
        value = run(["docker", "image", "inspect", "--format", f'{{{{index .Config.Labels "{label}"}}}}', image])
    except StandInError:
        return None
    return value or None


def build_image(context: Path, labels: Mapping[str, str]) -> str:
    """Build the Dockerfile in a folder and return the image's id; it has no name yet."""
    options = [f"--label={name}={value}" for name, value in labels.items()]
    if _has_buildx():
        return run(["docker", "build", "--quiet", "--load", *options, "."], cwd=context)
    return run(["docker", "build", "--quiet", *options, "."], cwd=context, env={"DOCKER_BUILDKIT": "0"})


def smoke_test(image_id: str, arguments: tuple[str, ...]) -> None:
    """Start the image once, as hardened as the stack runs it; raise ToolError when it fails."""
    hardened = ["--network=none", "--read-only", "--cap-drop=ALL", "--security-opt=no-new-privileges"]
    run(["docker", "run", "--rm", *hardened, image_id, *arguments])


def name_image(image_id: str, image: str) -> None:
    """Give an image its name; one that had it before is removed, unless a container still needs it."""
    before = run(["docker", "image", "ls", "--quiet", "--no-trunc", image])
    run(["docker", "tag", image_id, image])
    if before not in ("", image_id):
        with contextlib.suppress(ToolError):
            run(["docker", "image", "rm", before])


def image_megabytes(image: str) -> int:
    """Return the size on disk, in 10^6 bytes."""
    return round(int(run(["docker", "image", "inspect", "--format", "{{.Size}}", image])) / 1_000_000)


def _has_buildx() -> bool:
    try:
        run(["docker", "buildx", "version"])
    except StandInError:
        return False
    return True
