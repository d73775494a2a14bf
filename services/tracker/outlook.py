"""What hangs on the dates that the customer was given: trees for who asks, slack for verdicts.

It predicts from what the learner knows by now; what was predicted before is not told again.
"""

from collections.abc import Mapping
from functools import partial

from services.shared.clock import Instant
from services.tracker.core.agreement_set import AgreementSet
from services.tracker.core.agreements import Agreement
from services.tracker.core.facts import Fact
from services.tracker.core.knowledge import as_instant, value_of
from services.tracker.core.pausing import paused_at
from services.tracker.core.sets import AgreementSets
from services.tracker.core.subject import Subject
from services.tracker.core.tree.plans import Plan, plan
from services.tracker.core.tree.tree import CUSTOMER, CustomerTree, trees
from services.tracker.learner import Learner

PLANS_LIMIT = 1_000
"""Plans that are kept, of outer agreements and of the sets that were active; all go at once."""


class Outlook:
    """One for all partitions and questions of a tracker."""

    def __init__(self, learner: Learner) -> None:
        self.learner = learner
        self._plans: dict[tuple[str, str, int], Plan] = {}

    def trees(
        self, subject: Subject, sets: AgreementSets, now: Instant
    ) -> tuple[CustomerTree, ...]:
        """Its trees as they stand at `now`; hops to come are those of the set active then."""
        active = sets.at(now)
        return trees(
            subject.promises.values(),
            partial(self._plan, active),
            now,
            self.learner.durations,
            _dates(subject, active),
        )

    def slack(
        self, subject: Subject, promise_id: str, sets: AgreementSets, now: Instant
    ) -> int | None:
        """The promise's own in microseconds of working time, under the customer's earliest date.

        None where no open date of the customer depends on it, and while its clock stands: nobody
        knows until when.
        """
        promise = subject.promises.get(promise_id)
        if promise is None or not _counts_for_the_customer(promise.agreement):
            return None
        if paused_at(promise.course.pauses, now, promise.due_by):
            return None
        hops = (hop for tree in self.trees(subject, sets, now) for hop in tree.hops)
        return next((hop.slack for hop in hops if hop.promise_id == promise_id), None)

    def _plan(self, active: AgreementSet, outer: Agreement) -> Plan:
        key = (active.id, outer.name, outer.version)
        if (known := self._plans.get(key)) is not None:
            return known
        if len(self._plans) >= PLANS_LIMIT:
            self._plans.clear()
        made = self._plans[key] = plan(outer, active.agreements)
        return made


def _counts_for_the_customer(agreement: Agreement) -> bool:
    return bool(agreement.serves) or agreement.owed_to == CUSTOMER


def _dates(subject: Subject, active: AgreementSet) -> Mapping[Fact, object]:
    """The dates that agreements are due by, as far as they were told."""
    facts = (each.by for each in active.agreements if each.by)
    return {fact: as_instant(value_of(subject, fact)) for fact in facts}
