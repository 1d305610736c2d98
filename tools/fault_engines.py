"""The validators that the engines bring along, asked about a bundle with a fault in it.

They run in the images of this machine, as `render --engines` asks them. Tempo is asked by `tempo -config.verify` when
there is one on the path; else the stand-in is started with the file as its own dialect renders it.
"""

import hashlib
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Final

from fault_list import ROOT, SPEC, Fault

from ongrid_gen.components import tempo
from ongrid_gen.components.images import OTELCOL, PROMETHEUS
from ongrid_gen.load import Source, load
from ongrid_gen.model import Site
from ongrid_gen.normalise import normalise
from ongrid_gen.render import MANIFEST, Tree, render
from ongrid_gen.runtime import docker
from ongrid_gen.site_data import site_from
from ongrid_gen.validate import validate
from ongrid_gen.verify import Engine, engines
from ongrid_gen.write import write

OLD_DIALECT: Final = ROOT / "tests" / "golden" / "site-1.5"
TEMPO: Final = "tempo"


class Validators:
    """The engines' validators. What was asked once is not asked again."""

    def __init__(self, site: Site) -> None:
        """`site` says which images there are."""
        self.images = site.images
        self.answers: dict[tuple[str, str], bool] = {}

    def refuse(self, site: Site, tree: Tree, before: Tree) -> tuple[str, ...]:
        """Return the names of the validators that refuse a bundle, of those whose files are not as they were before."""
        asked = [one for one in self.questions(site, tree) if part(tree, one.file) != part(before, one.file)]
        with tempfile.TemporaryDirectory(prefix="ongrid-gen-") as name:
            folder = Path(name)
            folder.chmod(0o755)
            write(tree, folder)
            return tuple(dict.fromkeys(one.name for one in asked if self.is_refused(one, tree, folder)))

    def is_refused(self, engine: Engine, tree: Tree, folder: Path) -> bool:
        """Tell whether a validator complains about its part of a bundle."""
        key = engine.name, hashlib.sha256(part(tree, engine.file).encode()).hexdigest()
        if key not in self.answers:
            self.answers[key] = bool(engine.ask(folder))
        return self.answers[key]

    def questions(self, site: Site, tree: Tree) -> Iterator[Engine]:
        """Yield what is asked of a bundle."""
        for one in engines(replace(site, images=self.images), tree):
            if one.name != TEMPO:
                yield one
            elif self.program is not None and tempo.dialect_of(site).VERIFIES:
                yield replace(one, ask=self.verify)
            elif not tempo.dialect_of(site).VERIFIES:
                yield one

    @cached_property
    def program(self) -> str | None:
        """Tempo on the path, if it can verify."""
        return shutil.which(TEMPO)

    @property
    def tempo_asked(self) -> str:
        """How Tempo is asked, in words."""
        if self.program is None:
            return "a start of the stand-in, Tempo 1.5, for some seconds"
        told = subprocess.run([self.program, "-version"], capture_output=True, text=True, timeout=60, check=False)
        return f"`tempo -config.verify`, version {told.stdout.split('version ')[1].split()[0]}"

    def verify(self, folder: Path) -> str:
        """Ask the Tempo on the path."""
        command = [TEMPO, f"-config.file={folder / tempo.CONFIG}", "-config.verify=true"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        return "" if done.returncode == 0 else done.stderr or done.stdout or "refused"


def part(tree: Tree, file: str) -> str:
    """Return what a validator sees: a file, or all files of a folder. A file's digest in a label is nothing to it."""
    texts = [f"{path}\n{text}" for path, text in tree.items() if path == file or path.startswith(f"{file}/")]
    return "\n".join(line for text in texts for line in text.splitlines() if "ongrid-gen.config:" not in line)


def rendered(text: str) -> tuple[Site, Tree] | None:
    """Return what a spec renders without our checks; None when its shape does not let it be rendered."""
    document = load(Source(SPEC.name, text.encode()))
    if document.problems or validate(document):
        return None
    try:
        site = site_from(normalise(document), spec_name=document.name)
        return site, render(site)
    except Exception:  # whatever the checks would have kept away from it
        return None


def files_of(folder: Path) -> Tree:
    """Return the files of a bundle."""
    return {
        path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8")
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != MANIFEST
    }


def in_old_dialect(fault: Fault, validators: Validators, site: Site) -> tuple[str, ...]:
    """Return whether the stand-in of Tempo refuses a fault, in the file as its own dialect renders it."""
    before = files_of(OLD_DIALECT)
    if fault.old not in before[tempo.CONFIG]:
        return ()
    after = {**before, tempo.CONFIG: fault.apply(before[tempo.CONFIG])}
    old = replace(site, tempo=replace(site.tempo, dialect="1.5"))
    return validators.refuse(old, after, before)


def with_images(site: Site) -> Site:
    """Return a site whose images are on this machine: the official ones, or those built here."""
    official = all(docker.has_image(image.reference(site.images)) for image in (OTELCOL, PROMETHEUS))
    return site if official else replace(site, images=replace(site.images, registry=None, stand_ins=True))
