"""What is wrong in a file that somebody wrote, where, and what would be right."""

from dataclasses import dataclass

from services.tracker.core.yaml_text import Path


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong in a file, and what would be right."""

    file: str
    line: int
    key: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.key}: {self.remedy}"


def key_of(path: Path) -> str:
    """The key of a part of a document as people write it: `fulfil.within`."""
    return ".".join(str(part) for part in path)
