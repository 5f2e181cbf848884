"""Inject a fault into a pull, run the pull again, and compare the warehouse with the records at WHOOP."""

import os
from collections import Counter
from collections.abc import Callable
from typing import Any

from tests.factories import Team
from wearables.core.errors import RetryableError, RunFailed
from wearables.core.warehouse import warehouse


class FaultScenario:
    """A pull that meets one fault and is then run again. Records the figures of the summary table."""

    def __init__(self, team: Team, name: str, record: Callable[[str, object], None], **conf: Any) -> None:
        self.team = team
        self._record = record
        self._conf = conf or team.all_days()
        record("fault", name)
        self.run_id, self.chunks = team.validate(**self._conf)
        team.world.requests.clear()

    def attempt(self) -> bool:
        """Run or continue the pull. Return False if it fails, or if Airflow would retry it."""
        try:
            self.team.pull(self.run_id, **self._conf)
        except (RunFailed, RetryableError):
            return False
        return True

    def recover(self) -> None:
        """Pull again without faults. Assert that no row is lost or duplicated and every metric is as expected."""
        sent = len(self.team.world.requests)
        self.team.pull(**self._conf)
        needed = len(self.team.world.requests) - sent
        lost, duplicates = lost_rows(self.team), duplicate_rows(self.team)
        self._record("rows lost", lost)
        self._record("duplicate rows", duplicates)
        self._record("requests wasted", max(0, sent - needed))
        assert (lost, duplicates) == (0, 0)
        assert self.team.metrics() == self.team.expected_metrics()


def at_whoop(team: Team) -> dict[tuple, Any]:
    """Return the payload of every record in the sandbox, by athlete, collection and record id."""
    return {
        (athlete_id, collection, record.id): record.payload
        for (athlete_id, collection), records in team.world.records.items()
        for record in records
    }


def lost_rows(team: Team) -> int:
    """Count records that are missing, differ from WHOOP's, or no longer exist at WHOOP."""
    rows = team.rows(
        "select athlete_id, collection, record_id, payload from raw.records "
        "where superseded_at is null and deleted_at is null"
    )
    stored = {row[:3]: row[3] for row in rows}
    expected = at_whoop(team)
    return sum(stored.get(key) != payload for key, payload in expected.items()) + len(stored.keys() - expected.keys())


def duplicate_rows(team: Team) -> int:
    """Count redundant copies of record versions."""
    versions = team.rows("select athlete_id, collection, record_id, md5(payload::text) from raw.records")
    return sum(count - 1 for count in Counter(versions).values())


class WatchedRequests(list):
    """A request list for the sandbox. Calls ``watch`` with the number of requests so far at each new one."""

    def __init__(self, watch: Callable[[int], None]) -> None:
        super().__init__()
        self._watch = watch
        self._count = 0

    def append(self, request: dict) -> None:
        super().append(request)
        self._count += 1
        self._watch(self._count)


def run_in_child(work: Callable[[], None]) -> int:
    """Fork a child that does the work with its own connections. Return its process id."""
    child = os.fork()
    if child:
        return child
    status = 1
    try:
        # Forget the parent's connections without closing them: the parent still uses them.
        warehouse.cache_clear()
        work()
        status = 0
    finally:
        os._exit(status)
