"""The data formats that can be read."""

from services.simulator.importers.formats import IMPORTERS, Format
from services.tracker.agreement_files import load_folder, shipped


def test_every_format_has_an_importer_and_agreements_that_come_with_it() -> None:
    assert set(IMPORTERS) == set(Format)
    for format in Format:
        assert load_folder(shipped(format)).agreements
