"""`handoff replay` on the real orders against the truth that comes with them."""

from pathlib import Path

import pytest

from tests.olist import DATA, FILES, first_orders, needs_olist, rows_of, truth_of
from tests.olist_files import write_public
from tests.replaying import AFTER_ALL, replay, replay_in_a_process

pytestmark = needs_olist


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out.csv"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    folder.mkdir()
    return folder


def test_the_real_orders_agree_with_the_truth_in_every_row(data: Path, out: Path) -> None:
    for name in FILES:
        (data / name).symlink_to((DATA / name).resolve())
    ended = replay_in_a_process(data, out, "--until", AFTER_ALL)
    assert (ended.code, ended.err) == (0, "")
    truth = truth_of(first_orders(26_571))
    assert len(ended.rows) == len(truth) == 90_074
    assert set(ended.rows) == truth
    assert "553 events opened no hand_to_carrier: fact absent." in ended.out


def test_a_slice_of_the_real_orders_under_the_public_names_agrees_as_well(
    data: Path, out: Path
) -> None:
    orders = first_orders(500)
    ended = replay(write_public(data, *rows_of(orders)), out, "--until", AFTER_ALL)
    assert (ended.code, ended.err) == (0, "")
    assert set(ended.rows) == truth_of(orders)
