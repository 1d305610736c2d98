"""Starts and stops the demo: the shop, the payments and their visitors, traced as `ongrid-gen env` says.

    python demo/run.py start site.yaml    in the background, anew if it runs already
    python demo/run.py stop

They are processes of this machine and no containers: docs/adr/0019-demo-on-the-host.md.
"""

import argparse
import fcntl
import hashlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, TextIO

HERE: Final = Path(__file__).resolve().parent
LOCKED: Final = HERE / "requirements.lock"
SHOP, PAYMENTS = "shop-web", "payments-api"
PORT: Final = 8090
START, STOP = 60.0, 20.0  # seconds


def main() -> int:
    """Do what the command line says."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("verb", choices=["start", "stop", "attend"])
    parser.add_argument("site", nargs="?", default="site.yaml")
    parser.add_argument("--folder", type=Path, default=HERE.parent / "build" / "demo", help="where its log is")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    if options.verb == "attend":
        return attend(options.folder, options.site)
    stop(options.folder)
    return start(options.folder, options.site) if options.verb == "start" else 0


def start(folder: Path, site: str) -> int:
    """Start the demo in the background and wait until the shop answers."""
    programs = environment(folder)
    address = f"http://127.0.0.1:{free_port(PORT)}"
    log = folder / "demo.log"
    with log.open("w") as out:
        command = [sys.executable, __file__, "attend", site, "--folder", str(folder)]
        told = {**os.environ, "DEMO_SHOP": address, "DEMO_PROGRAMS": str(programs)}
        attendant = subprocess.Popen(command, env=told, stdout=out, stderr=out, start_new_session=True)
    deadline = time.monotonic() + START
    while not answers(address):
        if attendant.poll() is not None or time.monotonic() > deadline:
            print(f"the demo does not start; {log} says why:", *log.read_text().splitlines()[-5:], sep="\n  ")
            stop(folder)
            return 1
        time.sleep(0.2)
    print(f"the demo shop takes orders at {address}; its traces are those of {SHOP} and {PAYMENTS}")
    return 0


def stop(folder: Path) -> None:
    """Stop the demo if it runs; its attendant takes the others with it."""
    with (folder / "lock").open("a+") as lock:
        if taken(lock):
            return
        lock.seek(0)
        os.kill(int(lock.read()), signal.SIGTERM)
        deadline = time.monotonic() + STOP
        while not taken(lock):
            if time.monotonic() > deadline:
                raise SystemExit(f"the demo (process {(folder / 'lock').read_text()}) does not stop")
            time.sleep(0.1)
    print("the demo has stopped")


def attend(folder: Path, site: str) -> int:
    """Run the three until one ends or this process is told to; the lock says that it runs."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with (folder / "lock").open("a+") as lock:
        if not taken(lock):
            raise SystemExit("the demo runs already")
        lock.truncate(0)
        print(os.getpid(), file=lock, flush=True)
        with processes(site) as running:
            while all(process.poll() is None for process in running):
                time.sleep(0.5)
    return 1


@contextmanager
def processes(site: str) -> Iterator[list[subprocess.Popen[bytes]]]:
    """Start payments, shop and visitors; end them on leaving."""
    shop, programs = os.environ["DEMO_SHOP"], Path(os.environ["DEMO_PROGRAMS"])
    payments = f"http://127.0.0.1:{free_port()}"
    running: list[subprocess.Popen[bytes]] = []
    try:
        for service, module, address in ((PAYMENTS, "payments", payments), (SHOP, "shop", shop)):
            command = [str(programs / "opentelemetry-instrument"), str(programs / "uvicorn"), f"{module}:app"]
            command += ["--port", address.rpartition(":")[2], "--no-access-log"]
            own = {**bare(), **traced(site, service), "DEMO_PAYMENTS": payments}
            running.append(subprocess.Popen(command, cwd=HERE, env=own))
        running.append(subprocess.Popen([sys.executable, str(HERE / "visitors.py")], env=bare()))
        yield running
    finally:
        for process in running:
            process.terminate()
        for process in running:
            process.wait(STOP)


def traced(site: str, service: str) -> dict[str, str]:
    """Return the environment of a service, as the user would get it."""
    command = [sys.executable, "-m", "ongrid_gen", "env", site, service]
    lines = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.splitlines()
    return {key: value for key, _, value in (line.partition("=") for line in lines)}


def bare() -> dict[str, str]:
    """Return this environment without what would be taken for the demo's."""
    return {key: value for key, value in os.environ.items() if not key.startswith(("OTEL_", "PYTHONPATH"))}


def environment(folder: Path) -> Path:
    """Return the programs of the demo's own Python environment; it is made at the first start."""
    wanted = hashlib.sha256(LOCKED.read_bytes()).hexdigest()
    stamp, python = folder / "venv" / "ready", folder / "venv" / "bin" / "python"
    if not (stamp.is_file() and stamp.read_text() == wanted):
        print("installing the demo's locked requirements")
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(folder / "venv")], check=True)
        pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes"]
        subprocess.run([*pip, "-r", str(LOCKED)], check=True)
        stamp.write_text(wanted)
    return python.parent


def taken(lock: TextIO) -> bool:
    """Take the lock if nobody has it."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def free_port(wished: int = 0) -> int:
    """Return a port that nobody listens on: the one that is wished, or else any."""
    with socket.socket() as one:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            one.bind(("127.0.0.1", wished))
        except OSError:
            return free_port()
        port: int = one.getsockname()[1]
        return port


def answers(address: str) -> bool:
    """Tell whether the shop answers."""
    try:
        with urllib.request.urlopen(address, timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


if __name__ == "__main__":
    sys.exit(main())
