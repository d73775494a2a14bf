"""The JSON Schemas of the files of the language, made from the models that read them.

They ship beside the agreements, so that an editor completes and checks the files as they are typed.
"""

import json
from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from pydantic import BaseModel

from services.tracker.core.language.calendar_files import CalendarFile
from services.tracker.core.language.example_files import ExamplesFile
from services.tracker.core.language.fact_files import FactFile
from services.tracker.core.language.model import AgreementFile


class FileKind(StrEnum):
    """What a file of the language is; all but examples are told by their first key."""

    AGREEMENT = "agreement"
    CALENDAR = "calendar"
    FACT = "fact"
    EXAMPLES = "examples"


_MODELS: Mapping[FileKind, type[BaseModel]] = {
    FileKind.AGREEMENT: AgreementFile,
    FileKind.CALENDAR: CalendarFile,
    FileKind.FACT: FactFile,
    FileKind.EXAMPLES: ExamplesFile,
}


def schema_text(kind: FileKind) -> str:
    """The schema of a kind of file as JSON with a line end, the same at every call."""
    schema: dict[str, Any] = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **_MODELS[kind].model_json_schema(by_alias=True),
        "title": f"A file of handoff: {kind}",
    }
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"
