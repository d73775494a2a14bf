"""Fetches the vendored files again at the versions of vendor.toml, for whoever maintains them.

`make vendor` runs it; it needs npm. Raise a version in vendor.toml first: the hashes follow.
"""

import json
import subprocess
import tarfile
import tempfile
from dataclasses import replace
from pathlib import Path

from services.console.assets import MANIFEST, VENDOR, Vendored, manifest, sri

HEAD = (
    "# Published files that the pages load from here; written by `make vendor`, which needs npm.\n"
)


def main() -> None:
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for row in manifest():
            content = fetch(row, Path(folder))
            (VENDOR / row.file).write_bytes(content)
            rows.append(replace(row, sha384=sri(content)))
    MANIFEST.write_text(HEAD + "".join(table(row) for row in rows))


def fetch(row: Vendored, folder: Path) -> bytes:
    """The file out of its npm package; npm checks the package against the registry's hash."""
    packed = subprocess.run(
        ["npm", "pack", "--json", f"{row.name}@{row.version}"],
        cwd=folder,
        check=True,
        capture_output=True,
        text=True,
    )
    (told,) = json.loads(packed.stdout)
    with tarfile.open(folder / told["filename"]) as package:
        member = package.extractfile(f"package/{row.path}")
        if member is None:
            raise FileNotFoundError(f"{row.name}@{row.version} has no file {row.path}.")
        return member.read()


def table(row: Vendored) -> str:
    lines = (f"{name} = {json.dumps(getattr(row, name))}\n" for name in Vendored.__slots__)
    return "\n[[file]]\n" + "".join(lines)


if __name__ == "__main__":
    main()
