"""One word of a YAML text, found without reading more of it than that."""

import pytest

from services.shared.yaml_text import value_of


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
