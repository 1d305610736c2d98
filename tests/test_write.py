"""What is on disk after a render: whole files, ours only, and nobody else's lost."""

import json
from pathlib import Path

import pytest

from ongrid_gen.render import MANIFEST, digest
from ongrid_gen.write import NotOurs, compare, existing_files, write


def bundle(**files: str) -> dict[str, str]:
    """Return a tree with its manifest; `__` in a name is a slash."""
    tree = {name.replace("__", "/"): text for name, text in files.items()}
    tree[MANIFEST] = json.dumps({"files": {path: digest(text) for path, text in tree.items()}})
    return tree


def test_a_new_bundle_is_written_whole(tmp_path: Path) -> None:
    write(bundle(a="1", d__b="2"), tmp_path / "out")
    assert {"a", "d/b", MANIFEST} == existing_files(tmp_path / "out")
    assert (tmp_path / "out" / "d" / "b").read_text() == "2"


def test_files_and_folders_can_be_read_by_the_containers_users(tmp_path: Path) -> None:
    import os

    before = os.umask(0o077)
    try:
        write(bundle(d__b="2"), tmp_path / "out")
    finally:
        os.umask(before)
    assert (tmp_path / "out" / "d").stat().st_mode & 0o777 == 0o755
    assert (tmp_path / "out" / "d" / "b").stat().st_mode & 0o777 == 0o644


def test_a_new_bundle_that_cannot_be_finished_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError("No space left on device")

    monkeypatch.setattr("os.fchmod", full)
    with pytest.raises(OSError, match="No space"):
        write(bundle(d__b="2"), tmp_path / "out")
    assert [] == list(tmp_path.iterdir())


def test_writing_the_same_again_touches_nothing(tmp_path: Path) -> None:
    write(bundle(a="1"), tmp_path)
    before = (tmp_path / "a").stat().st_ino
    assert not write(bundle(a="1"), tmp_path)
    assert before == (tmp_path / "a").stat().st_ino


def test_a_file_that_is_no_longer_rendered_goes_with_its_empty_folder(tmp_path: Path) -> None:
    write(bundle(a="1", d__e__b="2"), tmp_path)
    difference = write(bundle(a="1"), tmp_path)
    assert ["d/e/b"] == difference.removed
    assert not (tmp_path / "d").exists()


def test_the_folders_keep_their_inode_so_that_mounts_see_new_files(tmp_path: Path) -> None:
    write(bundle(d__b="1"), tmp_path)
    before = (tmp_path / "d").stat().st_ino
    write(bundle(d__b="2"), tmp_path)
    assert before == (tmp_path / "d").stat().st_ino


def test_an_edited_file_is_named_and_nothing_is_written(tmp_path: Path) -> None:
    write(bundle(a="1", b="1"), tmp_path)
    (tmp_path / "a").write_text("edited")
    with pytest.raises(NotOurs, match="a") as caught:
        write(bundle(a="2", b="2"), tmp_path)
    assert ["a"] == caught.value.paths
    assert (tmp_path / "a").read_text() == "edited"
    assert (tmp_path / "b").read_text() == "1"


def test_an_edited_file_that_would_be_removed_is_named(tmp_path: Path) -> None:
    write(bundle(a="1", b="1"), tmp_path)
    (tmp_path / "b").write_text("edited")
    with pytest.raises(NotOurs):
        write(bundle(a="1"), tmp_path)
    assert (tmp_path / "b").read_text() == "edited"


def test_force_overwrites_what_was_edited(tmp_path: Path) -> None:
    write(bundle(a="1"), tmp_path)
    (tmp_path / "a").write_text("edited")
    write(bundle(a="2"), tmp_path, force=True)
    assert (tmp_path / "a").read_text() == "2"


def test_a_foreign_file_stays_and_is_reported(tmp_path: Path) -> None:
    write(bundle(a="1"), tmp_path)
    (tmp_path / "notes.txt").write_text("mine")
    difference = write(bundle(a="2"), tmp_path, force=True)
    assert ["notes.txt"] == difference.foreign
    assert (tmp_path / "notes.txt").read_text() == "mine"


def test_a_foreign_file_in_the_way_is_named(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("mine")
    with pytest.raises(NotOurs):
        write(bundle(a="1"), tmp_path)
    assert (tmp_path / "a").read_text() == "mine"


def test_a_folder_in_the_way_is_named(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    with pytest.raises(NotOurs):
        write(bundle(a="1"), tmp_path, force=True)


def test_a_link_that_leads_out_of_the_bundle_is_not_followed(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "d").symlink_to(outside)
    with pytest.raises(NotOurs):
        write(bundle(d__b="1"), tmp_path / "out", force=True)
    assert not list(outside.iterdir())


def test_a_render_killed_halfway_is_finished_by_the_next(tmp_path: Path) -> None:
    write(bundle(a="1", b="1"), tmp_path)
    (tmp_path / "a").write_text("2")  # the first of two files was replaced, then the power went
    (tmp_path / ".ongrid-gen-x").write_text("part")
    write(bundle(a="2", b="2"), tmp_path)
    assert ("2", "2") == ((tmp_path / "a").read_text(), (tmp_path / "b").read_text())
    assert not compare(bundle(a="2", b="2"), tmp_path)


def test_a_manifest_that_is_no_manifest_owns_nothing(tmp_path: Path) -> None:
    (tmp_path / MANIFEST).write_text("[]")
    (tmp_path / "a").write_text("mine")
    with pytest.raises(NotOurs):
        write(bundle(a="1"), tmp_path)
