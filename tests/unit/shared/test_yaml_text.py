"""A YAML text as words with their lines, and one word of it without reading more than that."""

from collections.abc import Iterator
from pathlib import Path as File
from typing import Any

import pytest
import yaml

from services.shared.yaml_text import Document, Path, Unreadable, parse, value_of

AGREEMENTS = File(__file__).parents[3] / "deploy" / "agreements"


def paths(content: Any, path: Path = ()) -> Iterator[Path]:  # noqa: ANN401 - whatever a text holds
    """Of each mapping, list and word in it."""
    yield path
    if isinstance(content, dict | list):
        inside = content.items() if isinstance(content, dict) else enumerate(content)
        for key, value in inside:
            yield from paths(value, (*path, key))


def read(text: str) -> tuple[Any, list[int]]:
    document = parse(text)
    assert isinstance(document, Document)
    return document.content, [document.line(path) for path in paths(document.content)]


@pytest.mark.parametrize("file", sorted(AGREEMENTS.rglob("*.yaml")), ids=lambda file: file.name)
def test_libyaml_reads_the_words_and_lines_that_pyyaml_reads(
    file: File, monkeypatch: pytest.MonkeyPatch
) -> None:
    quick = read(file.read_text())
    monkeypatch.setattr(yaml, "CBaseLoader", yaml.BaseLoader)
    assert read(file.read_text()) == quick


@pytest.mark.parametrize(
    ("text", "line", "remedy"),
    [
        ("", 1, "it is empty"),
        ("rungs: [", 1, "expected the node content, but found '<stream end>'"),
        ("agreement: a\n\tversion: 1", 2, "found character '\\t' that cannot start any token"),
        ("agreement: a\nagreement: b", 2, "the key 'agreement' is there twice"),
        ("? [a]\n: b", 1, "a key is no word"),
        ("a: &x b\nc: *x", 2, "aliases (`*name`) are not read"),
        ("a:\n  " + "[" * 8, 2, "it is nested more than 8 deep"),
        ("a: \x00", 1, "it cannot be read"),
    ],
)
def test_what_is_not_read_is_said_with_its_line(text: str, line: int, remedy: str) -> None:
    told = parse(text)
    assert isinstance(told, Unreadable)
    assert told.line == line
    assert remedy in told.remedy


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("agreement: ship", "ship"),
        ("# of the warehouse\nversion: 3\n'agreement': \"ship\"", "ship"),
        ("agreement: ship\nthis: [is, {no: YAML", "ship"),
        ("pauses: [{agreement: inner}]\nversion: agreement\nagreement: outer", "outer"),
        ("calendar: office", None),
        ("pauses: {agreement: inner}", None),
        ("agreement: [ship]", None),
        ("agreement", None),
        ("{[", None),
        ("", None),
        ("[" * 100_000, None),
        ("\x00", None),
    ],
)
def test_the_word_behind_a_key_of_the_outermost_mapping_is_found(
    text: str, word: str | None
) -> None:
    assert value_of(text, "agreement") == word
