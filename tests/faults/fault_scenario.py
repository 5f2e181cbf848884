"""A pull that is disturbed, run again, and compared with what WHOOP holds."""

from collections import Counter
from collections.abc import Callable
from typing import Any

from tests.factories import Team
from wearables.core.errors import RunFailed


class Ordeal:
    """A squad, the figures of a fault, and the pulls in between."""

    def __init__(self, squad: Team, name: str, record: Callable[[str, object], None]) -> None:
        self.squad = squad
        self._record = record
        record("fault", name)
        self.run_id, self.chunks = squad.validate(**squad.all_days())
        squad.world.requests.clear()

    def try_once(self) -> bool:
        """Go on with the pull; False when it failed, as it should, with a sentence."""
        try:
            self.squad.pull(self.run_id, **self.squad.all_days())
        except RunFailed:
            return False
        return True

    def finish(self) -> None:
        """Run the pull again, and compare: no row lost, none twice, every metric true."""
        sent = len(self.squad.world.requests)
        self.squad.pull(**self.squad.all_days())
        needed = len(self.squad.world.requests) - sent
        lost, twice = rows_lost(self.squad), rows_twice(self.squad)
        self._record("rows lost", lost)
        self._record("duplicate rows", twice)
        self._record("requests wasted", max(0, sent - needed))
        assert (lost, twice) == (0, 0)
        assert self.squad.metrics() == self.squad.truth()


def at_whoop(squad: Team) -> dict[tuple, Any]:
    """Every record of the sandbox."""
    return {
        (athlete_id, collection, record.id): record.payload
        for (athlete_id, collection), records in squad.world.records.items()
        for record in records
    }


def rows_lost(squad: Team) -> int:
    """Records of WHOOP that the warehouse lacks or holds otherwise, and those it holds though they are gone."""
    found = squad.rows(
        "select athlete_id, collection, record_id, payload from raw.records "
        "where superseded_at is null and deleted_at is null"
    )
    held = {row[:3]: row[3] for row in found}
    wanted = at_whoop(squad)
    return sum(held.get(key) != payload for key, payload in wanted.items()) + len(held.keys() - wanted.keys())


def rows_twice(squad: Team) -> int:
    """Versions held more than once."""
    versions = squad.rows("select athlete_id, collection, record_id, md5(payload::text) from raw.records")
    return sum(count - 1 for count in Counter(versions).values())


class Watched(list):
    """The sandbox's list of requests, that calls back at each."""

    def __init__(self, watch: Callable[[int], None]) -> None:
        super().__init__()
        self._watch = watch
        self._count = 0

    def append(self, request: dict) -> None:
        super().append(request)
        self._count += 1
        self._watch(self._count)
