"""A folder of agreement files: all of it or a list of every fault, and a name for what it holds."""

from pathlib import Path

import pytest

from services.tracker.agreement_files import (
    FILE_BYTES_LIMIT,
    FILES_LIMIT,
    load_folder,
    read_texts,
    shipped,
)
from services.tracker.errors import AgreementError
from tests.unit.tracker.test_language import WHOLE


def named(name: str) -> str:
    return WHOLE.replace("ship-paid-order", name)


def refusal(folder: Path) -> str:
    with pytest.raises(AgreementError) as refused:
        load_folder(folder)
    return str(refused.value)


def test_a_folder_holds_its_agreements_by_file(tmp_path: Path) -> None:
    (tmp_path / "b.yaml").write_text(named("second"))
    (tmp_path / "a.yaml").write_text(named("first"))
    (tmp_path / "README.md").write_text("not an agreement")
    folder = load_folder(tmp_path)
    assert [each.name for each in folder.agreements] == ["first", "second"]
    assert folder.texts == {"a.yaml": named("first"), "b.yaml": named("second")}


def test_a_set_keeps_its_name_when_a_file_is_renamed(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(named("first"))
    before = load_folder(tmp_path).hash
    (tmp_path / "a.yaml").rename(tmp_path / "z.yaml")
    assert load_folder(tmp_path).hash == before


def test_a_set_gets_another_name_when_a_text_changes(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(named("first"))
    before = load_folder(tmp_path).hash
    (tmp_path / "a.yaml").write_text(named("first") + "# a remark\n")
    assert load_folder(tmp_path).hash != before


def test_the_same_name_twice_is_a_fault_that_names_both_files() -> None:
    with pytest.raises(
        AgreementError, match=r"two\.yaml:1: agreement: one\.yaml has the same name"
    ):
        read_texts({"one.yaml": WHOLE, "two.yaml": WHOLE})


def test_the_faults_of_all_files_come_at_once() -> None:
    wrong = WHOLE.replace("48 hours", "soon")
    with pytest.raises(AgreementError) as refused:
        read_texts({"one.yaml": wrong, "two.yaml": wrong, "three.yaml": named("right")})
    assert [line.split(":")[0] for line in str(refused.value).splitlines()] == [
        "one.yaml",
        "two.yaml",
    ]


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    assert f"{tmp_path / 'none'} is no folder" in refusal(tmp_path / "none")


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    assert "holds 0 agreement files" in refusal(tmp_path)


def test_a_folder_holds_as_many_files_as_the_limit_and_no_more(tmp_path: Path) -> None:
    for number in range(FILES_LIMIT):
        (tmp_path / f"{number:04}.yaml").write_text("wrong: at once")
    assert "1999.yaml:1: wrong" in refusal(tmp_path)
    (tmp_path / "one-more.yaml").write_text("wrong: at once")
    assert f"holds {FILES_LIMIT + 1} agreement files" in refusal(tmp_path)


def test_a_file_may_be_as_long_as_the_limit_and_no_longer(tmp_path: Path) -> None:
    room = FILE_BYTES_LIMIT - len(WHOLE) - 1
    (tmp_path / "a.yaml").write_text(f"{WHOLE}#{'x' * room}")
    assert load_folder(tmp_path).agreements
    (tmp_path / "a.yaml").write_text(f"{WHOLE}#{'x' * (room + 1)}")
    assert f"it is {FILE_BYTES_LIMIT + 1} bytes; the limit is" in refusal(tmp_path)


def test_a_file_that_is_no_utf_8_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_bytes(WHOLE.replace("later", "später").encode("latin-1"))
    assert f"{tmp_path / 'a.yaml'}: it cannot be read" in refusal(tmp_path)


def test_a_folder_or_a_broken_link_called_like_a_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").mkdir()
    assert f"{tmp_path / 'a.yaml'}: it cannot be read" in refusal(tmp_path)
    (tmp_path / "a.yaml").rmdir()
    (tmp_path / "a.yaml").symlink_to(tmp_path / "gone")
    assert f"{tmp_path / 'a.yaml'}: it cannot be read" in refusal(tmp_path)


def test_a_file_with_the_other_ending_is_not_passed_over(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(named("first"))
    (tmp_path / "b.yml").write_text(named("second"))
    assert "b.yml" in refusal(tmp_path)


def test_the_agreements_for_the_olist_data_come_with_handoff() -> None:
    names = {each.name for each in load_folder(shipped("olist")).agreements}
    assert names == {"approve_payment", "hand_to_carrier", "deliver_to_customer", "answer_review"}
