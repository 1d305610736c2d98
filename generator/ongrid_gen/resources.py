"""The one look-up for what lies beside the code: `stack/` and `schemas/`.

In a checkout they stand at its top; the wheel carries them as `ongrid_gen/_data`.
"""

from functools import cache
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent


@cache
def _root() -> Path:
    checkout = PACKAGE.parent.parent
    if (checkout / "schemas" / "site.schema.json").is_file() and (checkout / "stack").is_dir():
        return checkout
    return PACKAGE / "_data"


def stack_dir() -> Path:
    """Return the folder of the sources of everything that goes into containers."""
    return _root() / "stack"


def schemas_dir() -> Path:
    """Return the folder of `site.schema.json` and the fragments of the alert kinds."""
    return _root() / "schemas"


def stack_text(name: str) -> str:
    """Return the text of one source under `stack/`, by its slash-separated name."""
    return (stack_dir() / name).read_text(encoding="utf-8")


def recorded_versions(folder: str) -> list[str]:
    """Return the versions of which a list was recorded in a folder under `stack/`."""
    return sorted(file.stem for file in (stack_dir() / folder).glob("*.txt"))
