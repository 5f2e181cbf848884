"""The interface between the pipeline and a source. The pipeline itself knows no particular source."""

from collections.abc import Collection, Iterator, Sequence
from contextlib import AbstractContextManager
from typing import Protocol

from sqlalchemy import Connection, Row

from wearables.core.errors import AthleteError
from wearables.core.integrations import Integration
from wearables.core.priority import Priority
from wearables.pipeline.landing import Manifest
from wearables.pipeline.plan import Plan
from wearables.pipeline.slices import PlannedSlice, Slice


class Session(Protocol):
    """An open session of one task with a source. Several threads may fetch slices at once."""

    def prepare(self, athletes: Collection[int]) -> None:
        """Prepare to fetch slices of these athletes soon, for example by reading their credentials together."""

    def fetch(self, slice_: Slice) -> Manifest:
        """Land the complete answer for a slice. If it raises, nothing has landed.

        Raises AthleteError, BudgetExhausted, SourceUnavailable or IncompleteAnswer.
        """

    def answers(self, slice_: Slice) -> bool:
        """Return whether the source still answers the first request of a slice that has already landed."""

    def mark(self, athlete_id: int, error: AthleteError) -> None:
        """Record that an athlete cannot be pulled until somebody acts."""

    def interrupt(self) -> None:
        """End the waits of all threads, because the task has failed: their ``fetch`` raises an error."""


class StagedSource(Protocol):
    """A source whose answers have landed and can be staged, such as a data export."""

    def rows(self, connection: Connection, plan: Plan, slices: Sequence[Row]) -> Iterator[bytes]:
        """Yield the rows of the temporary table ``landed`` for slices, each made by ``landed_row``."""

    def complete(self, connection: Connection, plan: Plan, slices: Sequence[Row]) -> list[Row]:
        """Return the slices that are complete: a known record that is missing from them has been deleted.

        The method runs between COPY and merge, so it may also delete rows from ``landed``.
        """


class Source(StagedSource, Protocol):
    """A source that answers requests, such as a vendor's API; registered in core/sources.py."""

    def athletes(self, connection: Connection, integration: str) -> Sequence[Row]:
        """Return the known athletes: rows with athlete_id, enrolled_at, grant_state, is_askable, reason, collections.

        ``is_askable`` is false if the source would reject every request; ``reason`` says why. ``collections`` are those
        that the athlete allows, or None if that is not known.
        """

    def check_connection(self, integration: Integration) -> None:
        """Raise PermanentError if the integration's connection is missing or incomplete. Sends no request."""

    def check_credentials(self, integration: Integration) -> None:
        """Raise PermanentError if the source rejects the integration's credentials."""

    def cost(self, integration: Integration, slices: Sequence[PlannedSlice]) -> str:
        """Return a phrase with the requests and the time that slices need, for the log and the pages."""

    def slices_per_minute(self, integration: Integration) -> float:
        """Return about how many slices the source's rate limit allows in a minute."""

    def open(self, integration: Integration, priority: Priority) -> AbstractContextManager[Session]:
        """Open a session to fetch slices. ``priority`` says which part of the request budget it may use."""
