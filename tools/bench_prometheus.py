"""Runs a Prometheus as the stack does, but alone, and serves it the counters that Tempo would send.

The container shares the machine's network, so that it reaches what is served here; that needs Linux.
"""

import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import bench_data

from ongrid_gen.components.base import gomemlimit
from ongrid_gen.components.images import PROMETHEUS
from ongrid_gen.components.prometheus import config, flags, static
from ongrid_gen.model import Site
from ongrid_gen.runtime import api, docker
from ongrid_gen.units import format_duration, mebibytes
from ongrid_gen.wait import until
from ongrid_gen.yamlio import dump


@contextmanager
def served(site: Site, epoch: float) -> Iterator[str]:
    """Serve the counters as they are now; yields the address to scrape."""
    series = list(bench_data.counters(site, epoch))

    class Handler(BaseHTTPRequestHandler):
        """Answers every request with the counters."""

        def do_GET(self) -> None:
            """Answer."""
            body = bench_data.exposition(series, time.time())
            self.send_response(200)
            self.send_header("Content-Type", "text/plain; version=0.0.4")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()


@contextmanager
def prometheus(site: Site, folder: Path, counters: str) -> Iterator[str]:
    """Run Prometheus as the stack does, with its memory; yields its address. Removed, whatever happens."""
    own = f"127.0.0.1:{free_port()}"
    settings = folder / "prometheus.yaml"
    settings.write_text(dump(bench_config(site, own, counters), banner="For a benchmark."), encoding="utf-8")
    container = docker.run(
        "create", "--network=host", f"--user={os.getuid()}:{os.getgid()}", "--read-only", "--cap-drop=ALL",
        "--security-opt=no-new-privileges", f"--memory={mebibytes(site.prometheus.memory)}m",
        f"--env=GOMEMLIMIT={gomemlimit(site.prometheus.memory)}",
        f"--volume={settings}:/etc/prometheus/prometheus.yaml:ro",
        f"--volume={folder / 'bundle' / 'prometheus' / 'rules'}:/etc/prometheus/rules:ro",
        f"--volume={folder / 'data'}:/prometheus", PROMETHEUS.reference(site.images), *flags(site),
        f"--web.listen-address={own}",
    ).strip()  # fmt: skip
    try:
        docker.run("start", container)
        url = f"http://{own}"
        until(lambda: api.promql(url, "vector(1)"), seconds=120, what="Prometheus to answer")
        yield url
    finally:
        docker.run("rm", "--force", "--volumes", container)


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


def bench_config(site: Site, own: str, counters: str) -> dict[str, Any]:
    """Return the stack's configuration without the rest of the stack; the counters bear Tempo's labels and no more."""
    dropped = [{"action": "labeldrop", "regex": "job|instance"}]
    interval = format_duration(site.metrics.interval)
    settings = config(site)
    del settings["alerting"]
    settings["scrape_configs"] = [
        {"job_name": "prometheus", "static_configs": [static(own)]},
        {"job_name": "counters", "scrape_interval": interval, "static_configs": [static(counters)],
         "metric_relabel_configs": dropped},
    ]  # fmt: skip
    return settings
