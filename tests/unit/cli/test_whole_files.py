"""Files that are there whole or not at all."""

import os
import stat
import threading
from pathlib import Path
from typing import TextIO

import pytest
import typer

from services.cli.files import check_writable, whole_file


def test_a_file_gets_its_name_when_all_of_it_is_written(tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    with whole_file(path) as file:
        file.write("all")
        file.flush()
        assert not path.exists()
    assert path.read_text() == "all"
    assert list(tmp_path.iterdir()) == [path]


def test_an_interrupted_file_leaves_the_old_one_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    path.write_text("old")
    with pytest.raises(KeyboardInterrupt), whole_file(path) as file:
        _interrupted_in(file)
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def _interrupted_in(file: TextIO) -> None:
    file.write("half")
    raise KeyboardInterrupt


def test_an_old_file_is_replaced_behind_its_link(tmp_path: Path) -> None:
    target, link = tmp_path / "target.csv", tmp_path / "link.csv"
    target.write_text("old")
    link.symlink_to(target)
    with whole_file(link) as file:
        file.write("new")
    assert link.is_symlink()
    assert target.read_text() == "new"


def test_a_file_has_the_rights_that_the_user_gives_new_files(tmp_path: Path) -> None:
    umask = os.umask(0o027)
    try:
        with whole_file(tmp_path / "out.csv") as file:
            file.write("x")
    finally:
        os.umask(umask)
    assert stat.S_IMODE((tmp_path / "out.csv").stat().st_mode) == 0o640


def test_a_pipe_is_written_to_and_stays_a_pipe(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    heard: list[str] = []
    reader = threading.Thread(target=lambda: heard.append(pipe.read_text()))
    reader.start()
    check_writable(pipe, "--out")
    with whole_file(pipe) as file:
        file.write("rows")
    reader.join(timeout=10)
    assert heard == ["rows"]
    assert pipe.is_fifo()


def test_a_folder_and_a_file_in_no_folder_are_refused_before_the_work(tmp_path: Path) -> None:
    with pytest.raises(typer.BadParameter, match="is a folder"):
        check_writable(tmp_path, "--out")
    with pytest.raises(typer.BadParameter, match="There is no folder"):
        check_writable(tmp_path / "nowhere" / "out.csv", "--out")
    check_writable(tmp_path / "out.csv", "--out")
    check_writable(Path("/dev/null"), "--out")
