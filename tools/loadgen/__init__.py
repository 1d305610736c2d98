"""Load: OpenTelemetry's own generator of traces (`telemetrygen`), compiled here, as a container in a network of the
stack; and what the containers it loads take of CPU and memory meanwhile."""

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ongrid_gen.runtime import docker

HERE: Final = Path(__file__).resolve().parent
PACKAGE: Final = "github.com/open-telemetry/opentelemetry-collector-contrib/cmd/telemetrygen"
# A worker waits for a timer before each span, and timers of Go are a millisecond apart at worst.
SPANS_OF_A_WORKER: Final = 500
SPANS_OF_A_TRACE: Final = 10
# Spans that wait in the generator. What is more it drops and tells nobody, as every SDK does.
WAITING: Final = 100_000
BATCH: Final = 512
GENERATED: Final = re.compile(r'traces generated.*"traces": ?(\d+)')


@dataclass(frozen=True, slots=True)
class Load:
    """Traces of ten spans each, of one service. `rate` is in spans a second, about."""

    service: str
    rate: int
    seconds: int


def compiled(folder: Path) -> Path | None:
    """Return the program: a minute the first time, seconds later. None where there is no Go."""
    if shutil.which("go") is None:
        return None
    program = folder.resolve() / "telemetrygen"
    command = ["go", "build", "-mod=readonly", "-trimpath", "-ldflags=-s -w", "-o", str(program), PACKAGE]
    subprocess.run(command, cwd=HERE, check=True, env={**os.environ, "CGO_ENABLED": "0"})
    return program


def generate(program: Path, image: str, network: str, address: str, load: Load) -> int:
    """Send a load by OTLP over gRPC from a container in a network; return how many spans it was made of.

    What the other side does not take at once is sent again after some seconds; what does not fit into the generator
    meanwhile is lost there.
    """
    workers = max(1, load.rate // SPANS_OF_A_WORKER)
    # gRPC's own resolver also asks for settings by TXT, which nobody answers in an internal network: the first batch
    # waits ten seconds and is lost
    target = f"passthrough:///{address}"
    printed = docker.attempt(
        "run", "--rm", f"--network={network}", f"--volume={program}:/telemetrygen:ro",
        f"--env=OTEL_BSP_MAX_QUEUE_SIZE={WAITING}", image,
        "/telemetrygen", "traces", "--otlp-insecure", f"--otlp-endpoint={target}", f"--service={load.service}",
        f"--workers={workers}", f"--rate={load.rate / workers}", f"--duration={load.seconds}s",
        f"--child-spans={SPANS_OF_A_TRACE - 1}", "--batch", f"--batch-size={BATCH}", "--allow-export-failures",
        timeout=load.seconds + 120,
    )  # fmt: skip
    text = (printed.stdout + printed.stderr).decode(errors="replace")
    traces = [int(number) for number in GENERATED.findall(text)]
    if printed.returncode or len(traces) != workers:
        raise docker.DockerError(f"telemetrygen failed:\n{text[-2000:]}")
    return sum(traces) * SPANS_OF_A_TRACE


def counter(page: str, metric: str) -> int:
    """Return the sum of a counter over all its labels, on a page that a program has for Prometheus."""
    return int(sum(float(value) for value in re.findall(rf"^{metric}(?:{{.*}})? (\S+)$", page, re.MULTILINE)))
