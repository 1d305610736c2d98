import tarfile
from pathlib import Path

import pytest

from ongrid_gen.standins.rootfs import MODE_TMP, RootFs


def lay_out(archive: Path, program: Path) -> bytes:
    root = RootFs(archive)
    root.add_folder("/var/tempo", uid=10001)
    root.add_folder("/tmp", mode=MODE_TMP)
    root.add_program("/bin/busybox", program)
    root.add_link("/bin/sh", "busybox")
    root.close()
    return archive.read_bytes()


@pytest.fixture
def program(tmp_path: Path) -> Path:
    program = tmp_path / "program"
    program.write_text("x")
    program.chmod(0o600)
    return program


def test_owners_and_modes_are_those_given(tmp_path: Path, program: Path) -> None:
    lay_out(tmp_path / "rootfs.tar", program)
    with tarfile.open(tmp_path / "rootfs.tar") as archive:
        found = {entry.name: (entry.uid, entry.gid, oct(entry.mode)) for entry in archive}
    assert found == {
        "var": (0, 0, "0o755"),
        "var/tempo": (10001, 10001, "0o755"),
        "tmp": (0, 0, "0o1777"),
        "bin": (0, 0, "0o755"),
        "bin/busybox": (0, 0, "0o755"),
        "bin/sh": (0, 0, "0o777"),
    }


def test_the_same_content_gives_the_same_bytes(tmp_path: Path, program: Path) -> None:
    first = lay_out(tmp_path / "first.tar", program)
    program.touch()
    assert first == lay_out(tmp_path / "second.tar", program)
