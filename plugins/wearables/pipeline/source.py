"""What the pipeline needs to know about a source. The pipeline itself names none."""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from typing import Protocol

from sqlalchemy import Connection, Row

from wearables.core.errors import AthleteError
from wearables.core.integrations import Integration
from wearables.pipeline.landing import Manifest
from wearables.pipeline.plan import Plan
from wearables.pipeline.slices import Slice


class Session(Protocol):
    """An open session of one task with a source."""

    def fetch(self, slice_: Slice) -> Manifest:
        """Land the complete answer for a slice. If it raises, nothing has landed.

        Raises AthleteError, BudgetExhausted, SourceUnavailable or IncompleteAnswer.
        """

    def mark(self, athlete_id: int, error: AthleteError) -> None:
        """Record that an athlete cannot be pulled until somebody acts."""


class StagedSource(Protocol):
    """A source whose answers are at hand and can be staged. A data export is no more than this."""

    def rows(self, connection: Connection, plan: Plan, slices: Sequence[Row]) -> Iterator[bytes]:
        """Yield the rows of the temporary table ``landed`` for slices, each made by ``landed_row``."""

    def complete(self, connection: Connection, plan: Plan, slices: Sequence[Row]) -> list[Row]:
        """Return the slices that contain everything the source still has: what is missing in them was deleted.

        It runs between COPY and merge, so a source may also drop rows from ``landed``.
        """


class Source(StagedSource, Protocol):
    """A source that can be asked, such as a vendor's API; registered in core/sources.py."""

    def athletes(self, connection: Connection, integration: str) -> Sequence[Row]:
        """Return the athletes who can be asked for: rows with athlete_id, grant_state and reason."""

    def check_credentials(self, integration: Integration) -> None:
        """Raise PermanentError if the source rejects the integration's credentials."""

    def open(self, integration: Integration) -> AbstractContextManager[Session]:
        """Open a session to fetch slices."""
