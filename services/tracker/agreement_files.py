"""Agreement files on disk: a folder of YAML to agreements, all faults at once."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from services.shared.subjects import Kind
from services.tracker.core.agreements import Agreement
from services.tracker.core.language import Fault, read
from services.tracker.core.sets import content_hash
from services.tracker.errors import AgreementError

AGREEMENTS_LIMIT = 1_000
FILE_BYTES_LIMIT = 65_536


@dataclass(frozen=True, slots=True)
class AgreementFolder:
    """What a folder holds: the agreements, their texts by file name, and the hash of the whole."""

    agreements: tuple[Agreement, ...]
    texts: dict[str, str]
    hash: str


def load_folder(folder: Path, own_types: Mapping[str, Kind] | None = None) -> AgreementFolder:
    """Read every `*.yaml` in `folder`; raises AgreementError that lists every fault."""
    if not folder.is_dir():
        raise AgreementError(f"{folder} is no folder; give one that holds agreement files.")
    if misnamed := sorted(folder.glob("*.yml")):
        raise AgreementError(f"{misnamed[0]}: it would not be read; call it *.yaml.")
    paths = sorted(folder.glob("*.yaml"))
    if not 0 < len(paths) <= AGREEMENTS_LIMIT:
        raise AgreementError(
            f"{folder} holds {len(paths)} agreement files (*.yaml); give 1 to {AGREEMENTS_LIMIT}."
        )
    return read_texts({str(path): _text(path) for path in paths}, own_types)


def read_texts(
    texts: dict[str, str], own_types: Mapping[str, Kind] | None = None
) -> AgreementFolder:
    """The agreements of these texts by file name; raises AgreementError that lists every fault."""
    faults: list[Fault] = []
    agreements: dict[str, tuple[str, Agreement]] = {}
    for file, text in texts.items():
        agreement = read(text, file, own_types)
        if isinstance(agreement, tuple):
            faults.extend(agreement)
        elif agreement.name in agreements:
            other = agreements[agreement.name][0]
            faults.append(Fault(file, 1, "agreement", f"{other} has the same name; change one."))
        else:
            agreements[agreement.name] = (file, agreement)
    if faults:
        raise AgreementError("\n".join(str(fault) for fault in faults))
    return AgreementFolder(
        tuple(agreement for _, agreement in agreements.values()),
        {Path(file).name: text for file, text in texts.items()},
        content_hash(texts.values()),
    )


def _text(path: Path) -> str:
    try:
        size = path.stat().st_size
        if size > FILE_BYTES_LIMIT:
            raise AgreementError(f"{path}: it is {size} bytes; the limit is {FILE_BYTES_LIMIT}.")
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise AgreementError(
            f"{path}: it cannot be read ({error}); give a file of UTF-8 text."
        ) from error


def shipped(name: str) -> Path:
    """The folder of agreements that come with handoff: in the wheel, or in the source tree."""
    here = Path(__file__).parent
    installed = here / "agreements" / name
    return installed if installed.is_dir() else here.parents[1] / "deploy" / "agreements" / name
