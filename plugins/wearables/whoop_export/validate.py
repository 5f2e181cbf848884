"""Validate an export. Every row is read before anything is stored: an export is imported completely or not at all."""

import datetime as dt
import logging
import time
from dataclasses import asdict, dataclass

from sqlalchemy import Connection

from wearables.core.errors import ExportRejected
from wearables.core.integrations import Integration, load_integration
from wearables.core.schema import require_migrated
from wearables.core.warehouse import run_sql, transaction, warehouse
from wearables.core.windows import TimeRange
from wearables.pipeline.plan import Plan, find_plan, save_plan
from wearables.pipeline.survey import listed
from wearables.whoop_export.archive import fetched
from wearables.whoop_export.columns import CYCLES, FILES
from wearables.whoop_export.enrolment_check import require_enrolled
from wearables.whoop_export.ownership import Fingerprint, require_ownership
from wearables.whoop_export.rows import records
from wearables.whoop_export.source import Import
from wearables.whoop_export.table import Table, tables

log = logging.getLogger(__name__)

RUN_TYPE = "export"
DIGEST_LETTERS = 12


@dataclass(frozen=True)
class FileSummary:
    """A summary of one file of the export."""

    collection: str
    records: int
    withheld: int
    first: dt.datetime | None
    last: dt.datetime | None
    seconds: float


def validate(integration_name: str, athlete_id: int, url: str, airflow_run_id: str) -> Import:
    """Check athlete and file, and save the plan of the import.

    Raises ExportRejected if the export is invalid, PermanentError if there is no such file or integration.
    """
    integration = load_integration(integration_name)
    with transaction(warehouse()) as connection:
        require_migrated(connection)
        require_enrolled(connection, integration.name, athlete_id)
    fingerprint = Fingerprint()
    with fetched(url) as copy, tables(copy.path) as found:
        summaries = [
            _read(found[file.collection], integration, fingerprint) for file in FILES if file.collection in found
        ]
    run_id = f"whoop_export/{airflow_run_id}/{copy.sha256[:DIGEST_LETTERS]}"
    with transaction(warehouse()) as connection:
        # Check again under the lock, which keeps the athlete from being erased meanwhile.
        run_sql(connection, "pipeline/stage/lock", integration=integration.name)
        require_enrolled(connection, integration.name, athlete_id)
        require_ownership(connection, integration.name, athlete_id, fingerprint)
        if find_plan(connection, integration.name, run_id) is None:
            _save(connection, integration, athlete_id, run_id, summaries)
    return Import(integration.name, athlete_id, url, copy.sha256, run_id)


def _read(table: Table, integration: Integration, fingerprint: Fingerprint) -> FileSummary:
    began = time.monotonic()
    total = withheld = 0
    first: dt.datetime | None = None
    last: dt.datetime | None = None
    for record in records(table, listed(integration)):
        total += 1
        if record is None:
            withheld += 1
            continue
        if table.file is CYCLES:
            fingerprint.add(record)
        end = record.ended_at or record.started_at
        first = min(first or record.started_at, record.started_at)
        last = max(last or end, end)
    return FileSummary(table.file.collection, total, withheld, first, last, round(time.monotonic() - began, 3))


def _save(
    connection: Connection, integration: Integration, athlete_id: int, run_id: str, summaries: list[FileSummary]
) -> None:
    window = _window(summaries)
    save_plan(connection, Plan(integration.name, run_id, RUN_TYPE, window))
    for each in summaries:
        counts = {key: value for key, value in asdict(each).items() if key not in {"first", "last"}}
        run_sql(
            connection,
            "whoop_export/slice",
            integration=integration.name,
            run_id=run_id,
            chunk_start=window.start,
            chunk_end=window.end,
            athlete_id=athlete_id,
            **counts,
        )
        read = f"rows={each.records} withheld={each.withheld} seconds={each.seconds:.1f}"
        log.info("read athlete=%d collection=%s period=%s %s", athlete_id, each.collection, window, read)


def _window(summaries: list[FileSummary]) -> TimeRange:
    starts = [each.first for each in summaries if each.first]
    ends = [each.last for each in summaries if each.last]
    if not starts:
        raise ExportRejected("The export is empty: its files have no rows. Export the data again.")
    # The end is exclusive, so add a second to include the last record.
    return TimeRange(min(starts), max(ends) + dt.timedelta(seconds=1))
