"""What is wrong in a file that somebody wrote, where, and what would be right."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Generic, TypeVar, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from services.shared.yaml_text import Document, Path, Unreadable, parse

_SHOWN = 80
_Model = TypeVar("_Model", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong in a file, and what would be right."""

    file: str
    line: int
    key: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.key}: {self.remedy}"


@dataclass(frozen=True, slots=True)
class Read(Generic[_Model]):
    """What a file says, and where."""

    keys: _Model
    document: Document


def read_keys(
    text: str, file: str, model: type[_Model], begins: str
) -> Read[_Model] | tuple[Fault, ...]:
    """A text as the keys that `model` checks, or all its faults in order of their lines.

    `begins` is what such a file starts with.
    """
    document = parse(text, begins)
    if isinstance(document, Unreadable):
        return (Fault(file, document.line, "YAML", document.remedy),)
    if not isinstance(document.content, dict):
        return (Fault(file, 1, "file", f"it is not a mapping; start with `{begins}`."),)
    try:
        return Read(model.model_validate(document.content), document)
    except ValidationError as error:
        return in_order(
            fault_of(file, document, problem, known_keys(problem, model))
            for problem in error.errors()
        )


def in_order(faults: Iterable[Fault]) -> tuple[Fault, ...]:
    return tuple(sorted(faults, key=lambda fault: fault.line))


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


def known_keys(problem: ErrorDetails, model: type[BaseModel]) -> list[str]:
    """The keys that may stand beside one that is not read, in a document that `model` checks."""
    if problem["type"] != "extra_forbidden":
        return []
    is_name = False
    for part in problem["loc"][:-1]:
        if isinstance(part, str) and not is_name:
            field = next(
                field for name, field in model.model_fields.items() if part in (name, field.alias)
            )
            model = next(_models_in(field.annotation))
            is_name = get_origin(field.annotation) is dict
        else:
            is_name = False
    return [field.alias or name for name, field in model.model_fields.items()]


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:  # noqa: ANN401 - a type, or a typing construct
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for each in get_args(annotation):
        yield from _models_in(each)
