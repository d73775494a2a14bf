"""`python -m tests.storm.broken.naive_clock`: a tracker whose watermark is the clock on the wall.

It waits neither for its own reading nor for what the parties have yet to tell.
"""

import sys

from services.shared.clock import WallClock
from services.tracker import handlers
from services.tracker.app import main
from services.tracker.core import table
from services.tracker.core.agenda import Parties
from services.tracker.core.promises import Watermark

CLOCK = WallClock()


class NaiveMarks(table.Marks):
    def watermark(self, parties: Parties) -> Watermark:
        now = CLOCK.now()
        return Watermark(now, now, now)


if __name__ == "__main__":
    vars(handlers)["Marks"] = NaiveMarks
    sys.exit(main())
