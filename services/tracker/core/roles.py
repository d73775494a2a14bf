"""What events of one type can do under the known agreement sets, worked out once a type."""

from dataclasses import dataclass

from services.shared.clock import Instant
from services.shared.subjects import EVENT_TYPES
from services.tracker.core import decisions
from services.tracker.core.agreements import Agreement, party_of
from services.tracker.core.continuing import plain_id
from services.tracker.core.pausing import VERSION
from services.tracker.core.promises import COMMIT_MARGIN
from services.tracker.core.sets import VERDICT, AgreementSets


@dataclass(frozen=True, slots=True)
class Beginning:
    """A promise that an event opens where elapsed time says all of it.

    `plain_id` is what stands in its id between the subject and a plain value of the event's key, or
    all that follows the subject where events of the type have none.
    `due_in` and `look_in` are microseconds from the event to the deadline and to the first moment
    at which something may be concluded of it.
    """

    agreement: Agreement
    plain_id: str
    due_in: int
    look_in: int


@dataclass(frozen=True, slots=True)
class Role:
    """What events of one type can do under any known set.

    `moves` names the agreements whose promises they may change, `updates` those under which every
    word of their party is an update; `touches` that there is any of these. `opens` says that they
    open promises, `by_key` that their natural key makes the fact, `versioned` that it has a
    version, `key_fields` how many fields it has. `begins` is what they open under the set that is
    active from `latest_from` on, empty where more has to be asked; `only_keeps` says that they are
    evidence of simple promises, may open what `begins` says, and do nothing else.
    """

    moves: tuple[str, ...]
    updates: tuple[str, ...]
    opens: bool
    latest_from: Instant
    touches: bool
    keeps: bool
    found_by: bool
    by_key: bool
    versioned: bool
    key_fields: int
    begins: tuple[Beginning, ...]
    only_keeps: bool


def role_of(sets: AgreementSets, event_type: str) -> Role:
    """The role of a type, worked out when it is first asked for."""
    role = sets.roles.get(event_type)
    if role is None:
        role = sets.roles[event_type] = _role_of(sets, event_type)
    return role


def _role_of(sets: AgreementSets, event_type: str) -> Role:
    row = EVENT_TYPES.get(event_type)
    moves = sets.moved_by.get(event_type, ())
    updates = sets.updated_by.get(party_of(event_type), ())
    touches = bool(moves or updates) or event_type in decisions.DECISIONS
    latest = sets.sets[-1].opened_by.get(event_type, ())
    versioned = row is not None and VERSION in row.key
    plain = row is not None and not versioned and event_type not in sets.detected
    begins = _begins(sets, latest, row.key) if plain and row else ()
    return Role(
        moves=moves,
        updates=updates,
        opens=event_type in sets.opening,
        latest_from=sets.sets[-1].active_from,
        touches=touches,
        keeps=event_type in sets.evidence,
        found_by=event_type in sets.detected,
        by_key=row is not None,
        versioned=versioned,
        key_fields=len(row.key) if row else 0,
        begins=begins,
        only_keeps=plain and bool(moves) and _only_keeps(sets, event_type, begins),
    )


def _begins(
    sets: AgreementSets, opened: tuple[Agreement, ...], key: tuple[str, ...]
) -> tuple[Beginning, ...]:
    if len(key) > 1:
        return ()
    timed = tuple(each for one in opened if (each := _beginning(sets, one, *key)))
    return timed if len(timed) == len(opened) else ()


def _beginning(sets: AgreementSets, agreement: Agreement, name: str = "") -> Beginning | None:
    due_in, spans = agreement.elapsed, agreement.warning_spans
    asked = agreement.where or not agreement.simple or _is_followed(sets, agreement)
    if due_in is None or spans is None or asked:
        return None
    look_in = spans[0][0] if spans else due_in + COMMIT_MARGIN
    return Beginning(agreement, plain_id(agreement.name, name), due_in, look_in)


def _only_keeps(sets: AgreementSets, event_type: str, begins: tuple[Beginning, ...]) -> bool:
    """Whether it is evidence under every agreement that it moves, and else only what `begins`."""
    if event_type in sets.opening and not begins:
        return False
    if any(event_type in each.agreement.moved_by for each in begins):
        return False
    return all(
        each.simple
        and event_type in each.evidence
        and event_type not in each.cancels_on
        and not _is_followed(sets, each)
        for each in sets.all
        if event_type in each.moved_by
    )


def _is_followed(sets: AgreementSets, agreement: Agreement) -> bool:
    """Whether another agreement opens on a verdict on it."""
    verdicts = (each for each in sets.opening if each.startswith(VERDICT))
    return any(each.endswith(f"({agreement.name})") for each in verdicts)
