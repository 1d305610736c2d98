"""A root file system for an image, written as one tar file.

Owners and modes are given, not taken from the disk: nothing here needs root, and the same content gives the same bytes.
"""

import io
import tarfile
from pathlib import Path
from typing import Final

MODE_FOLDER: Final = 0o755
MODE_PROGRAM: Final = 0o755
MODE_FILE: Final = 0o644
MODE_TMP: Final = 0o1777
ROOT: Final = 0


class RootFs:
    """Collects entries for `ADD rootfs.tar /`; paths are absolute, folders on the way are made as root's."""

    def __init__(self, archive: Path) -> None:
        self._tar = tarfile.open(archive, "w")  # noqa: SIM115 - closed by `close`, after the last entry
        self._folders: set[str] = set()

    def close(self) -> None:
        """Finish the archive; nothing can be added afterwards."""
        self._tar.close()

    def add_folder(self, path: str, *, uid: int = ROOT, mode: int = MODE_FOLDER) -> None:
        """Add a folder, owned by the user and the group `uid`; a folder that is there already stays as it is."""
        if path in self._folders or path == "/":
            return
        self._add_parents(path)
        self._folders.add(path)
        entry = self._entry(path, mode)
        entry.type, entry.uid, entry.gid = tarfile.DIRTYPE, uid, uid
        self._tar.addfile(entry)

    def add_text(self, path: str, text: str) -> None:
        """Add a small file, readable by everybody."""
        self._add_bytes(path, text.encode(), MODE_FILE)

    def add_file(self, path: str, source: Path) -> None:
        """Add a file from the disk, readable by everybody; links are followed."""
        self._add_bytes(path, source.read_bytes(), MODE_FILE)

    def add_program(self, path: str, source: Path) -> None:
        """Add a file from the disk that everybody may execute."""
        self._add_bytes(path, source.read_bytes(), MODE_PROGRAM)

    def add_link(self, path: str, target: str) -> None:
        """Add a symbolic link."""
        self._add_parents(path)
        entry = self._entry(path, 0o777)
        entry.type, entry.linkname = tarfile.SYMTYPE, target
        self._tar.addfile(entry)

    def _add_bytes(self, path: str, content: bytes, mode: int) -> None:
        self._add_parents(path)
        entry = self._entry(path, mode)
        entry.size = len(content)
        self._tar.addfile(entry, io.BytesIO(content))

    def _add_parents(self, path: str) -> None:
        self.add_folder(str(Path(path).parent))

    @staticmethod
    def _entry(path: str, mode: int) -> tarfile.TarInfo:
        entry = tarfile.TarInfo(path.lstrip("/"))
        entry.mode = mode
        return entry
