"""One agreement as both sides would sign it, and what another set says otherwise. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from difflib import SequenceMatcher
from urllib.parse import quote, urlencode

from services.console.desk import Refusal
from services.console.overviews import ActiveAgreements, AgreementInWords
from services.console.times import Moment, maybe_moment, moment

SAME, GONE, NEW = "same", "gone", "new"


@dataclass(frozen=True, slots=True)
class TermsView:
    """The sentences under one heading, each the same, gone, or new."""

    heading: str
    lines: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class SetView:
    """One set of agreements that the tracker knows, and the page that compares with it."""

    id: str
    active_from: Moment
    planned: bool
    shown: bool
    compared: bool
    url: str


@dataclass(frozen=True, slots=True)
class AgreementView:
    """The page; without a set to compare with every sentence is the same."""

    agreement: AgreementInWords
    set_id: str
    active_from: Moment | None
    signed: tuple[tuple[str, Moment | None], ...]
    terms: tuple[TermsView, ...]
    sets: tuple[SetView, ...]
    compared: bool
    differs: bool


def agreement_path(name: str) -> str:
    return "/agreements/" + quote(name, safe="")


def agreement_view(
    name: str, shown: ActiveAgreements, before: ActiveAgreements | None, now: datetime
) -> AgreementView:
    """Raises Refusal where the set that is shown has no such agreement."""
    agreement = _named(shown, name)
    if agreement is None:
        raise Refusal(404, f"There is no agreement {name!r} in this set; /agreements lists them.")
    earlier = None if before is None else _named(before, name)
    terms = tuple(_terms(agreement, agreement if before is None else earlier))
    return AgreementView(
        agreement=agreement,
        set_id=shown.set_id,
        active_from=maybe_moment(shown.active_from, now),
        signed=_signed(agreement, now),
        terms=terms,
        sets=tuple(_sets(name, shown, before, now)),
        compared=before is not None,
        differs=any(kind != SAME for each in terms for kind, _ in each.lines),
    )


def _named(agreements: ActiveAgreements, name: str) -> AgreementInWords | None:
    return next((each for each in agreements.agreements if each.name == name), None)


def _signed(agreement: AgreementInWords, now: datetime) -> tuple[tuple[str, Moment | None], ...]:
    """Both sides, and whoever else signed; a side without a date has not."""
    on = dict(agreement.agreed_by)
    parties = dict.fromkeys((agreement.owed_by, agreement.owed_to, *on))
    return tuple((party, maybe_moment(on.get(party), now)) for party in parties)


def _terms(now: AgreementInWords, before: AgreementInWords | None) -> Iterable[TermsView]:
    """Everything is new where there was no such agreement."""
    becomes, was = dict(now.blocks), dict(before.blocks if before else ())
    for heading in dict.fromkeys((*becomes, *was)):
        lines = _compared(was.get(heading, ()), becomes.get(heading, ()))
        yield TermsView(heading, tuple(lines))


def _compared(was: Sequence[str], becomes: Sequence[str]) -> Iterable[tuple[str, str]]:
    matcher = SequenceMatcher(None, was, becomes, autojunk=False)
    for tag, old_from, old_to, new_from, new_to in matcher.get_opcodes():
        if tag == "equal":
            yield from ((SAME, line) for line in becomes[new_from:new_to])
            continue
        yield from ((GONE, line) for line in was[old_from:old_to])
        yield from ((NEW, line) for line in becomes[new_from:new_to])


def _sets(
    name: str, shown: ActiveAgreements, before: ActiveAgreements | None, now: datetime
) -> Iterable[SetView]:
    """The newest first."""
    for id, active_from in reversed(shown.sets):
        yield SetView(
            id=id,
            active_from=moment(active_from, now),
            planned=active_from > now,
            shown=id == shown.set_id,
            compared=before is not None and id == before.set_id,
            url=f"{agreement_path(name)}?{urlencode({'set': shown.set_id, 'against': id})}",
        )
