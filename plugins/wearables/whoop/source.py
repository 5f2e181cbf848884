"""WHOOP's API as a source of the pipeline."""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from contextlib import closing, contextmanager

from sqlalchemy import Connection, Row

from wearables.core.errors import (
    AthleteError,
    FreshTokenRejected,
    MembershipInactive,
    StillInactive,
    WearablesError,
)
from wearables.core.integrations import Integration
from wearables.core.priority import Priority
from wearables.core.warehouse import run_sql, transaction, warehouse
from wearables.pipeline.landing import Manifest
from wearables.pipeline.plan import Plan
from wearables.pipeline.slices import PlannedSlice, Slice
from wearables.pipeline.stage import landed_rows
from wearables.whoop.budget import client_key
from wearables.whoop.budget_usage import DEFAULT_LIMITS, BudgetUsage, read_usage
from wearables.whoop.client import WhoopClient
from wearables.whoop.credentials import read_credentials
from wearables.whoop.estimate import estimate
from wearables.whoop.fetch import fetch_slice
from wearables.whoop.grants import Grants
from wearables.whoop.hook import WhoopHook
from wearables.whoop.records import landed_row
from wearables.whoop.vault import decrypted


class WhoopSession:
    """The hook and the grants of one task, and a client for each athlete."""

    def __init__(self, hook: WhoopHook, grants: Grants) -> None:
        self._hook = hook
        self._grants = grants
        self._clients: dict[int, WhoopClient] = {}
        self._inactive = grants.inactive()

    def prepare(self, athletes: Collection[int]) -> None:
        """Read the grants of athletes together."""
        new = set(athletes) - self._clients.keys()
        if not new:
            return
        for athlete_id, pair in self._grants.active_pairs(new).items():
            self._clients[athlete_id] = self._hook.client(self._grants.tokens(athlete_id, pair))

    def fetch(self, slice_: Slice) -> Manifest:
        """Land the complete answer for a slice."""
        athlete_id = slice_.athlete_id
        try:
            manifest = fetch_slice(self._client(athlete_id), self._hook.transport, slice_)
        except FreshTokenRejected:
            self._grants.pause_refresh(athlete_id)
            raise
        except MembershipInactive as refusal:
            if athlete_id in self._inactive:
                raise StillInactive(str(refusal)) from None
            raise
        if athlete_id in self._inactive:
            self._grants.mark_active(athlete_id)
            self._inactive.discard(athlete_id)
        return manifest

    def answers(self, slice_: Slice) -> bool:
        """Return whether WHOOP returns the first page of a slice."""
        try:
            next(self._client(slice_.athlete_id).records(slice_.collection, slice_.chunk))
        except WearablesError:
            return False
        return True

    def mark(self, athlete_id: int, error: AthleteError) -> None:
        """Mark the athlete as inactive, if that is the error. An ended grant has been marked by its refresh."""
        if isinstance(error, MembershipInactive):
            self._grants.mark_inactive(athlete_id, str(error))

    def interrupt(self) -> None:
        """End the waits for the budget and between attempts."""
        self._hook.waits.interrupt()

    def _client(self, athlete_id: int) -> WhoopClient:
        # One client for all threads: they share the athlete's token, which only one of them renews.
        if athlete_id in self._clients:
            return self._clients[athlete_id]
        return self._clients.setdefault(athlete_id, self._hook.client(self._grants.tokens(athlete_id)))


class WhoopSource:
    """WHOOP's API; implements ``wearables.pipeline.source.Source``."""

    def athletes(self, connection: Connection, integration: str) -> Sequence[Row]:
        """Return everybody who has ever consented and has not been erased."""
        return run_sql(connection, "whoop/grants/athletes", integration=integration).all()

    def check_connection(self, integration: Integration) -> None:
        """Read the client id and secret."""
        read_credentials(integration.connection)

    def check_credentials(self, integration: Integration) -> None:
        """Check that the grants can be decrypted, and ask WHOOP whether it accepts the client id and secret."""
        with transaction(warehouse()) as connection:
            newest = run_sql(connection, "whoop/grants/newest", integration=integration.name).one_or_none()
        if newest:
            decrypted(newest)
        with closing(WhoopHook(integration.connection)) as hook:
            hook.token_endpoint.verify_client()

    def cost(self, integration: Integration, slices: Sequence[PlannedSlice]) -> str:
        """Estimate requests and time from WHOOP's rate limit and what is left of it."""
        usage = _usage(integration)
        asked = Counter((each.chunk, each.collection) for each in slices)
        return str(estimate(asked, len({each.athlete_id for each in slices}), usage.allowed, usage.used))

    def slices_per_minute(self, integration: Integration) -> float:
        """Return the requests that WHOOP allows in a minute: a slice usually needs one."""
        seconds, requests = min(_usage(integration).allowed.items())
        return requests * 60 / seconds

    @contextmanager
    def open(self, integration: Integration, priority: Priority) -> Iterator[WhoopSession]:
        """Open a session; at its end, return the unused part of its request budget."""
        with closing(WhoopHook(integration.connection, priority)) as hook:
            yield WhoopSession(hook, Grants(warehouse(), integration.name, hook.token_endpoint))

    def rows(self, connection: Connection, plan: Plan, slices: Sequence[Row]) -> Iterator[bytes]:
        """Yield a row per record in the landing zone."""
        return landed_rows(slices, landed_row)

    def complete(self, connection: Connection, plan: Plan, slices: Sequence[Row]) -> list[Row]:
        """Return the slices that prove deletions: not an empty answer, which may be WHOOP's error, and not one with
        rejected records, which may be the ones that seem to be missing."""
        return [each for each in slices if each.records > 0 and each.quarantined == 0]


def source() -> WhoopSource:
    """Return the source that core/sources.py registers."""
    return WhoopSource()


def _usage(integration: Integration) -> BudgetUsage:
    key = client_key(*read_credentials(integration.connection).app)
    with transaction(warehouse()) as connection:
        return read_usage(connection, [key]).get(key, BudgetUsage(DEFAULT_LIMITS))
