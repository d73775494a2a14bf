"""How well objectives are met: what of each agreement was kept and broken in the last hours."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from services.shared.errors import RefusalCode, Refused
from services.tracker.core.agreements import Agreement, Objective
from services.tracker.outcome_rows import Attained

WINDOW_LEAST_S, WINDOW_MOST_S = 300, 3 * 86_400
WINDOWS_LIMIT = 8


@dataclass(frozen=True, slots=True)
class Attainment:
    """Who owes whom under an agreement, and what turned out how in each window, by its seconds."""

    agreement: str
    owed_by: str
    owed_to: str
    objective: Objective
    windows: Mapping[int, Attained]


def check_windows(windows_s: Sequence[int]) -> None:
    """Raises Refused."""
    if not 1 <= len(windows_s) <= WINDOWS_LIMIT:
        raise Refused(
            RefusalCode.INVALID,
            "windows_s",
            f"{len(windows_s)} windows are asked for; give 1 to {WINDOWS_LIMIT}.",
        )
    for window_s in windows_s:
        if not WINDOW_LEAST_S <= window_s <= WINDOW_MOST_S:
            raise Refused(
                RefusalCode.INVALID,
                "windows_s",
                f"A window of {window_s} seconds cannot be asked for; give {WINDOW_LEAST_S} to"
                f" {WINDOW_MOST_S}.",
            )


def attainment_of(
    agreements: Iterable[Agreement],
    attained: Mapping[str, Sequence[Attained]],
    windows_s: Sequence[int],
) -> list[Attainment]:
    """Those with an objective, by name; where nothing turned out there are none of either."""
    nothing = [Attained()] * len(windows_s)
    return [
        Attainment(
            each.name,
            each.owed_by,
            each.owed_to,
            each.objective,
            dict(zip(windows_s, attained.get(each.name, nothing), strict=True)),
        )
        for each in sorted(agreements, key=lambda each: each.name)
        if each.objective
    ]
