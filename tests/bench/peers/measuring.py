"""What processes use while a peer works: processor time and memory, sampled, looked up afterwards.

The peer's is that of its process, all its threads and its children; Kafka's and mongod's are apart.
"""

import threading
import time
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

import psutil

SAMPLE_EVERY_S = 0.5


@dataclass(frozen=True, slots=True)
class Sample:
    """At a moment, in seconds since 1970: seconds of processor and bytes of memory so far."""

    at: float
    cpu_s: Mapping[str, float]
    memory: Mapping[str, int]


@dataclass(slots=True)
class Samples:
    """In order of time."""

    taken: list[Sample] = field(default_factory=list)

    def cpu_s(self, name: str, start: float, end: float) -> float:
        """Between two moments, each taken between the samples around it."""
        return self._cpu_at(name, end) - self._cpu_at(name, start)

    def peak(self, name: str) -> int:
        """The most memory that it had in any sample."""
        return max((each.memory[name] for each in self.taken), default=0)

    def _cpu_at(self, name: str, at: float) -> float:
        after = bisect_right(self.taken, at, key=lambda each: each.at)
        if after == 0 or after == len(self.taken):
            return self.taken[min(after, len(self.taken) - 1)].cpu_s[name]
        left, right = self.taken[after - 1], self.taken[after]
        share = (at - left.at) / (right.at - left.at)
        return left.cpu_s[name] + share * (right.cpu_s[name] - left.cpu_s[name])


@contextmanager
def sampling(pids: Mapping[str, int]) -> Iterator[Samples]:
    """Samples the processes of these names until the end of the block."""
    samples, stop = Samples(), threading.Event()
    processes = {name: psutil.Process(pid) for name, pid in pids.items()}
    thread = threading.Thread(target=_sample, args=(processes, samples, stop), name="sampling")
    thread.start()
    try:
        yield samples
    finally:
        stop.set()
        thread.join()


def _sample(
    processes: Mapping[str, psutil.Process], samples: Samples, stop: threading.Event
) -> None:
    """Ends where one of the processes has."""
    while not stop.is_set():
        try:
            used = {name: _used(process) for name, process in processes.items()}
        except psutil.NoSuchProcess:
            return
        cpu_s = {name: each[0] for name, each in used.items()}
        memory = {name: each[1] for name, each in used.items()}
        samples.taken.append(Sample(time.time(), cpu_s, memory))
        stop.wait(SAMPLE_EVERY_S)


def _used(process: psutil.Process) -> tuple[float, int]:
    """With the children that live; those that have ended are in the times of their parent."""
    times = process.cpu_times()
    cpu_s = times.user + times.system + times.children_user + times.children_system
    memory = process.memory_info().rss
    for child in process.children(recursive=True):
        with suppress(psutil.NoSuchProcess):
            own = child.cpu_times()
            cpu_s += own.user + own.system
            memory += child.memory_info().rss
    return cpu_s, memory
