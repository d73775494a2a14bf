"""What is wrong in a file that somebody wrote, where, and what would be right."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from services.tracker.core.language.yaml_text import Document, Path

_SHOWN = 80


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong in a file, and what would be right."""

    file: str
    line: int
    key: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.key}: {self.remedy}"


def fault_at(file: str, document: Document, path: Path, remedy: str) -> Fault:
    return Fault(file, document.line(path), key_of(path), remedy)


def key_of(path: Path) -> str:
    """The key of a part of a document as people write it: `fulfil.within`."""
    return ".".join(str(part) for part in path)


def fault_of(file: str, document: Document, problem: Any, known: Iterable[str]) -> Fault:  # noqa: ANN401 - pydantic's ErrorDetails
    """What pydantic found; `known` are the keys that may stand beside one that is not read."""
    path = tuple(part for part in problem["loc"] if part != "[key]")
    if problem["type"] == "extra_forbidden":
        remedy = f"this key is not read; known are {', '.join(known)}."
    elif problem["type"] == "missing":
        remedy = "this key is missing; add it."
    else:
        remedy = f"{str(problem['input'])[:_SHOWN]!r} is wrong: {problem['msg']}."
    return fault_at(file, document, path, remedy)
