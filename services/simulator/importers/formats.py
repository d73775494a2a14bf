"""The public data formats that can be read, and the importer of each."""

from collections.abc import Callable
from enum import StrEnum
from pathlib import Path

from services.simulator.importers import bpic2013, olist
from services.simulator.importers.history import History
from services.simulator.importers.tables import Report


class Format(StrEnum):
    """Also the name of the agreements that come with handoff for such data."""

    OLIST = "olist"
    BPIC2013 = "bpic2013"


IMPORTERS: dict[Format, Callable[[Path, Report], History]] = {
    Format.OLIST: olist.history,
    Format.BPIC2013: bpic2013.history,
}
