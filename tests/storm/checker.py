"""Whether a storm broke a promise of the project: pure, over what was meant, done and found."""

from collections import Counter, defaultdict
from collections.abc import Mapping

from services.shared.clock import SECOND, Instant
from tests.storm.expecting import Expected, Written, delayed, expected, reordered, written
from tests.storm.found import PARTITIONS, SUBJECTS, Found
from tests.storm.history import EVENT, ID_CONFLICT, UNDECODABLE, WRONG_PARTITION, Fault, History
from tests.storm.report import Report
from tests.storm.schedule import Episode

FAILOVER_LIMIT_S = 15.0
POISON_DELAY_LIMIT_S = 1.0
DELAYED_BY = 2 * SECOND


def check(history: History, found: Found) -> Report:
    """Everything that the project promises of a storm, P2 to P5, P7 and P8."""
    log = written(history, found.log)
    promises = list(expected(history, log, found.active_from))
    overdue = sum(promise.overdue for promise in promises)
    return Report(
        history.seed,
        {
            **_counted_once(history, log, found),
            **_set_back(found),
            **_breaches(promises, found),
            **_announced(found),
            **_letters(log, found),
            **{f"{name} raised by the replay": n for name, n in found.raised_by_replay.items()},
        },
        {
            "failover": (_failover_s(history, found), FAILOVER_LIMIT_S),
            "delay behind poison": (
                max(_behind_poison_s(history, log, found), default=0.0),
                POISON_DELAY_LIMIT_S,
            ),
        },
        {
            **_counters(history, log, found),
            "promises of a new version": sum(promise.version > 1 for promise in promises),
        },
        {
            "events": len(log.copies),
            "promises": len(promises),
            "overdue": overdue,
            "verdicts": len(found.recorded),
            "trackers that ended by themselves": found.ended,
        },
        found.waiting,
    )


def _counted_once(history: History, log: Written, found: Found) -> dict[str, int]:
    """P2: the tracker counted each event that was written, and each of them once."""
    told: defaultdict[str, set[str]] = defaultdict(set)
    for item in history.items:
        if item.kind == EVENT:
            told[item.subject].add(item.id)
    counted = {subject: Counter(ids) for subject, ids in found.counted.items()}
    never = Counter[str]()
    return {
        "events never written": sum(
            item.id not in log.copies for item in history.items if item.kind == EVENT
        ),
        "records of nobody": len(log.strange),
        "events lost": sum(
            len(ids - counted.get(subject, never).keys()) for subject, ids in told.items()
        ),
        "events counted twice": sum(
            count - 1 for ids in counted.values() for count in ids.values()
        ),
        "events made up": sum(
            len(ids.keys() - told.get(subject, set())) for subject, ids in counted.items()
        ),
    }


def _set_back(found: Found) -> dict[str, int]:
    """P2: what a commit stored is not overwritten by whoever knew less."""
    reached: dict[tuple[str, str], Mapping[str, int]] = {}
    back = Counter[str]()
    for each in found.stored:
        before = reached.get((each.what, each.id), {})
        back[each.what] += any(each.reached.get(name, 0) < far for name, far in before.items())
        reached[each.what, each.id] = each.reached
    return {f"{what} set back": back[what] for what in (PARTITIONS, SUBJECTS)}


def _breaches(promises: list[Expected], found: Found) -> dict[str, int]:
    """P3 and P4: one breach for each promise that was not kept in time, and no other."""
    breaches: defaultdict[tuple[str, str], list[Instant]] = defaultdict(list)
    for verdict in found.recorded:
        if verdict.kind == "breached":
            breaches[verdict.subject, verdict.agreement].append(verdict.due_by)
    due = {(each.subject, each.agreement): each.due_by for each in promises if each.overdue}
    kinds = Counter(verdict.kind for verdict in found.recorded)
    return {
        "breaches missed": len(due.keys() - breaches.keys()),
        "breaches doubled": sum(len(each) > 1 for each in breaches.values()),
        "false breaches": len(breaches.keys() - due.keys()),
        "breaches of another date": sum(
            moment != due[promise]
            for promise, moments in breaches.items()
            if promise in due
            for moment in moments
        ),
        "breaches withdrawn": kinds["withdrawn"],
        "promises unknown": kinds["unknown"],
    }


def _announced(found: Found) -> dict[str, int]:
    """What is recorded to be published lies in the topic, and was decided once."""
    recorded = {verdict.id: verdict.decided_at for verdict in found.recorded}
    decided: defaultdict[str, set[Instant]] = defaultdict(set)
    for verdict in found.published:
        decided[verdict.id].add(verdict.decided_at)
    for id, moment in recorded.items():
        if id in decided:
            decided[id].add(moment)
    return {
        "verdicts not published": len(recorded.keys() - decided.keys()),
        "verdicts not recorded": len(decided.keys() - recorded.keys()),
        "verdicts decided twice": sum(len(moments) > 1 for moments in decided.values()),
    }


def _letters(log: Written, found: Found) -> dict[str, int]:
    """P8: all poison is in the dead letters, for the right reason, and nothing else."""
    letters = {
        (letter.topic, letter.partition, letter.offset): letter.reason for letter in found.letters
    }
    return {
        "poison lost": len(log.poison.keys() - letters.keys()),
        "letters of no poison": len(letters.keys() - log.poison.keys()),
        "letters of another reason": sum(
            letters[place] != item.kind for place, item in log.poison.items() if place in letters
        ),
    }


def _failover_s(history: History, found: Found) -> float:
    """P5: the longest while until the first verdict that was decided after a primary's loss."""
    lost = [fault for fault in history.faults if fault.kind == Episode.PRIMARY_KILLED]
    return max((_first_verdict_s(fault, found) for fault in lost), default=0.0)


def _first_verdict_s(fault: Fault, found: Found) -> float:
    after = [
        verdict.arrived_at
        for verdict in found.published
        if verdict.decided_at > fault.began_at and verdict.arrived_at > fault.began_at
    ]
    return (min(after) - fault.began_at) / SECOND if after else float("inf")


def _behind_poison_s(history: History, log: Written, found: Found) -> list[float]:
    """P8: how long each late answer that lies right behind poison waited, in the calm."""
    records = {(each.topic, each.partition, each.offset): each for each in found.log}
    ids = {item.digest: item.id for item in history.items if item.kind == EVENT}
    kept = {each.evidence: (each.subject, each.agreement) for each in history.promises}
    ends = {
        (each.subject, each.agreement): each.decided_at
        for each in found.published
        if each.kind == "kept_late"
    }
    behind = [records.get((topic, place, offset + 1)) for topic, place, offset in log.poison]
    return [
        (ends[promise] - each.arrived_at) / SECOND
        for each in behind
        if each and each.arrived_at < history.calm_until
        if (promise := kept.get(ids.get(each.digest, "-"))) in ends
    ]


def _counters(history: History, log: Written, found: Found) -> dict[str, int]:
    """What has to have happened, or the storm was none."""
    done = Counter(fault.kind for fault in history.faults)
    poison = Counter(item.kind for item in log.poison.values())
    stored = Counter(each.what for each in found.stored)
    return {
        **{str(episode): done[episode] for episode in Episode},
        **{f"poison {kind}": poison[kind] for kind in (UNDECODABLE, ID_CONFLICT, WRONG_PARTITION)},
        "duplicates": log.duplicates,
        "reordered": reordered(history, log),
        "delayed": delayed(history, log, DELAYED_BY),
        **{f"{what} stored": stored[what] for what in (PARTITIONS, SUBJECTS)},
        "new_sets": len(found.active_from) - 1,
        "answers behind poison in the calm": len(_behind_poison_s(history, log, found)),
        **found.counters,
    }
