"""What we ship of others' is exactly what they published."""

from services.console.assets import VENDOR, manifest, sri


def test_every_vendored_file_has_the_hash_that_the_manifest_names() -> None:
    for row in manifest():
        assert sri((VENDOR / row.file).read_bytes()) == row.sha384, row.file


def test_no_file_is_vendored_without_a_line_in_the_manifest() -> None:
    there = {path.name for path in VENDOR.iterdir()}
    assert there == {"vendor.toml", *(row.file for row in manifest())}


def test_every_package_comes_with_its_licence() -> None:
    packages = {row.name for row in manifest()}
    assert packages == {row.name for row in manifest() if "LICENSE" in row.file}
