"""An S3 server over a folder, compiled here: rclone's, as a container beside Tempo."""

import os
import shutil
import subprocess
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from ongrid_gen.components.images import BUSYBOX
from ongrid_gen.model import Images
from ongrid_gen.render import Tree

HERE: Final = Path(__file__).resolve().parent
KEY, SECRET = "test-key", "test-secret-of-the-bucket"
CREDENTIALS: Final = f"[default]\naws_access_key_id = {KEY}\naws_secret_access_key = {SECRET}\n"


def compiled(folder: Path) -> Path:
    """Return the program; minutes the first time, seconds later."""
    if shutil.which("go") is None:
        pytest.skip("the S3 server is compiled here, and there is no Go")
    program = folder / "s3server"
    command = ["go", "build", "-mod=readonly", "-trimpath", "-ldflags=-s -w", "-o", str(program), "."]
    subprocess.run(command, cwd=HERE, check=True, env={**os.environ, "CGO_ENABLED": "0"})
    return program


def beside_tempo(tree: Tree, program: Path, buckets: Path, images: Images) -> Tree:
    """Return a bundle in which the server runs in Tempo's network, and Tempo waits for it."""
    data: dict[str, Any] = yaml.safe_load(tree["compose.yaml"])
    data["services"]["s3"] = {
        "image": BUSYBOX.reference(images),
        "user": f"{os.getuid()}:{os.getgid()}",
        "command": ["/s3server", "serve", "s3", f"--auth-key={KEY},{SECRET}", "--addr=:9000", "/buckets"],
        "environment": {"RCLONE_CONFIG": "/nowhere", "XDG_CACHE_HOME": "/tmp"},
        "networks": ["inside"],
        "volumes": [f"{program}:/s3server:ro", f"{buckets}:/buckets"],
    }
    data["services"]["tempo"]["depends_on"]["s3"] = {"condition": "service_started"}
    return {**tree, "compose.yaml": yaml.safe_dump(data)}
