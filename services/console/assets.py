"""The files under `static/`: their addresses, and the hashes that a browser holds them to."""

import base64
import hashlib
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

STATIC = Path(__file__).parent / "static"
VENDOR = STATIC / "vendor"
MANIFEST = VENDOR / "vendor.toml"


@dataclass(frozen=True, slots=True)
class Vendored:
    """One file of somebody else's, as it was published."""

    name: str
    version: str
    path: str
    file: str
    sha384: str


def manifest() -> tuple[Vendored, ...]:
    return tuple(Vendored(**row) for row in tomllib.loads(MANIFEST.read_text())["file"])


def sri(content: bytes) -> str:
    """Subresource integrity, as `<script integrity>` takes it."""
    return "sha384-" + base64.b64encode(hashlib.sha384(content).digest()).decode()


@cache
def integrity(file: str) -> str:
    """What vendor.toml says of a vendored file; a browser refuses any other content."""
    return next(each.sha384 for each in manifest() if each.file == file)


@cache
def asset_url(file: str) -> str:
    """The address of a file, which changes with its content so that no browser keeps an old one."""
    return f"/static/{file}?{hashlib.sha256((STATIC / file).read_bytes()).hexdigest()[:12]}"
