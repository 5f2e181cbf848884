"""An athlete's data export as a source of the pipeline. A ZIP contains one athlete's data and is one chunk.

Nothing is landed: the rows are staged from the ZIP, which ``validate`` has read completely.
"""

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count

from sqlalchemy import Connection, Row

from wearables.core.errors import PermanentError
from wearables.core.integrations import load_integration
from wearables.core.warehouse import run_sql
from wearables.pipeline.plan import Plan
from wearables.pipeline.survey import listed
from wearables.whoop_export.archive import fetched
from wearables.whoop_export.enrolment_check import require_enrolled
from wearables.whoop_export.rows import records
from wearables.whoop_export.table import tables

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Import:
    """An export that may be staged. ``run_id`` is that of its own row in ``ops.runs``."""

    integration: str
    athlete_id: int
    url: str
    sha256: str
    run_id: str


class ExportSource:
    """One export. It implements ``wearables.pipeline.source.StagedSource``."""

    def __init__(self, export: Import) -> None:
        self._export = export

    def rows(self, connection: Connection, plan: Plan, slices: Sequence[Row]) -> Iterator[bytes]:
        """Yield one row for each record of the export.

        Raises PermanentError if the file has changed, ExportRejected if the athlete is no longer enrolled.
        """
        # Check before COPY starts: while it runs, the connection cannot run another statement.
        require_enrolled(connection, plan.integration, self._export.athlete_id)
        return self._rows(plan, {each.collection: each.slice_number for each in slices})

    def complete(self, connection: Connection, plan: Plan, slices: Sequence[Row]) -> list[Row]:
        """Return the slices whose missing records count as deleted: none if a newer export has already been imported.

        An older export lacks later changes and deletions, so it only adds records that the warehouse does not have.
        """
        skipped = run_sql(
            connection,
            "whoop_export/skip_stored",
            **plan.run,
            athlete_id=self._export.athlete_id,
            window_end=plan.window.end,
        ).all()
        if not skipped:
            return [each for each in slices if each.records]
        log.info("skipped %d stored rows: a newer export was imported before", sum(row.records for row in skipped))
        return []

    def _rows(self, plan: Plan, slice_numbers: Mapping[str, int]) -> Iterator[bytes]:
        questions = listed(load_integration(plan.integration))
        numbers = count()
        with fetched(self._export.url) as copy, tables(copy.path) as found:
            if copy.sha256 != self._export.sha256:
                raise PermanentError("The file has changed since it was validated. Run the import again.")
            for collection, table in found.items():
                for record in records(table, questions):
                    if record is not None:
                        yield record.landed_row(next(numbers), slice_numbers[collection], self._export.athlete_id)
