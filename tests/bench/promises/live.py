"""What one tracker does among many open promises, with a real Kafka and a real mongod."""

from pathlib import Path

from tests.bench.peers.comparing import Disagreement, check
from tests.bench.promises import burst, delays, recovery
from tests.bench.promises.figures import Figure
from tests.bench.promises.sizes import Sizes
from tests.bench.promises.stage import Stage, stage


async def live(sizes: Sizes, build: Path) -> list[Figure]:
    """Raises Disagreement, Standstill or PeerEnded where not each verdict comes once."""
    async with stage(build) as here:
        calm_s = await delays.calm(here, sizes.calm)
        await recovery.open_orders(here, sizes.open)
        recovered = await recovery.recovery(here)
        loaded_ms = await delays.loaded(here, sizes.loaded, sizes.loaded_a_second)
        trips = await burst.round_trips(here)
        delay_s = await burst.ingest_delay(here)
        _check(here)
    among = f"among {sizes.open:,} open"
    return [
        Figure("due_to_verdict_p99_s", calm_s, 4, "calm, all parties alive"),
        Figure("recovery_s", recovered.first_s, 10, f"after kill -9, {among}"),
        Figure("recovery_all_s", recovered.all_s, None, "to a verdict in each partition"),
        Figure(
            "watermark_to_verdict_p99_ms",
            loaded_ms,
            250,
            f"{among}, {delays.EVENTS_S:,} events/s",
        ),
        Figure("mongo_round_trips_per_breach", trips, 0.02, f"{burst.BREACHES:,} in one second"),
        Figure("burst_ingest_delay_s", delay_s, 1, f"{burst.BREACHES:,} in one second"),
    ]


def _check(here: Stage) -> None:
    """In Kafka and in the ledger, each once."""
    check("the tracker", here.expected, (each.told for each in here.breaches.seen))
    ledger = here.database["tracker.verdicts"].count_documents({"kind": "breached"})
    if ledger != len(here.expected):
        raise Disagreement(f"the ledger has {ledger} breaches of {len(here.expected)}")
