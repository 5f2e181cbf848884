"""WHOOP's API as a source of the pipeline."""

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager

from sqlalchemy import Connection, Row

from wearables.core.errors import AthleteError
from wearables.core.integrations import Integration
from wearables.core.warehouse import run_sql, warehouse
from wearables.pipeline.landing import Manifest
from wearables.pipeline.plan import Plan
from wearables.pipeline.slices import Slice
from wearables.pipeline.stage import landed_rows
from wearables.whoop.client import WhoopClient
from wearables.whoop.credentials import read_credentials
from wearables.whoop.fetch import fetch_slice
from wearables.whoop.grants import Grants
from wearables.whoop.hook import WhoopHook
from wearables.whoop.records import landed_row


class WhoopSession:
    """The hook and the grants of one task; each athlete's client is kept while their slices are fetched."""

    def __init__(self, hook: WhoopHook, grants: Grants) -> None:
        self._hook = hook
        self._grants = grants
        self._athlete_id: int | None = None
        self._client: WhoopClient

    def fetch(self, slice_: Slice) -> Manifest:
        """Land the complete answer for a slice."""
        if slice_.athlete_id != self._athlete_id:
            self._client = self._hook.client(self._grants.tokens(slice_.athlete_id))
            self._athlete_id = slice_.athlete_id
        return fetch_slice(self._client, self._hook.transport, slice_)

    def mark(self, athlete_id: int, error: AthleteError) -> None:
        """Mark the athlete's grant as unusable."""
        self._grants.mark(athlete_id, error)


class WhoopSource:
    """WHOOP's API; implements ``wearables.pipeline.source.Source``."""

    def athletes(self, connection: Connection, integration: str) -> Sequence[Row]:
        """Return everybody who has ever consented and has not been erased."""
        return run_sql(connection, "whoop/grants/athletes", integration=integration).all()

    def check_connection(self, integration: Integration) -> None:
        """Read the client id and secret."""
        read_credentials(integration.connection)

    def check_credentials(self, integration: Integration) -> None:
        """Ask WHOOP whether it accepts the client id and secret."""
        with closing(WhoopHook(integration.connection)) as hook:
            hook.token_endpoint.verify_client()

    @contextmanager
    def open(self, integration: Integration) -> Iterator[WhoopSession]:
        """Open a session; at its end, return the unused part of its request budget."""
        with closing(WhoopHook(integration.connection)) as hook:
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
