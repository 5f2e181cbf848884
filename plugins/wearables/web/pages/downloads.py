"""Download an integration's rows. Only users who may pull can do so, and the audit log records every download."""

import datetime as dt
from collections.abc import Iterator
from tempfile import TemporaryFile
from typing import IO

from airflow.api_fastapi.core_api.security import GetUserDep
from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, StreamingResponse

from wearables.core.warehouse import run_sql, transaction, warehouse
from wearables.web.board.history import DAYS
from wearables.web.board.team import read_freshness, read_squads
from wearables.web.download_files import MAX_DAYS, RELATIONS, DownloadRequest, Format, Relation, write
from wearables.web.guard import DOWNLOAD, PULL_PAGE, RightsDep
from wearables.web.pages.board import CalendarDate
from wearables.web.pages.integration import IntegrationDep
from wearables.web.rendering import page

router = APIRouter(prefix="/integrations/{dag_id}/downloads")

MEDIA_TYPES = {"csv": "text/csv; charset=utf-8", "parquet": "application/vnd.apache.parquet"}
CHUNK_BYTES = 256 * 1024


@router.get("", dependencies=PULL_PAGE)
def form(integration: IntegrationDep, request: Request, user: GetUserDep, rights: RightsDep) -> HTMLResponse:
    """Show the form: relations, dates and squads."""
    today = integration.today
    with transaction(warehouse()) as connection:
        newest = read_freshness(connection, integration.name, today).newest_date or today
        squads = read_squads(connection, integration.name)
        comments = run_sql(connection, "web/downloads/comments", relations=list(RELATIONS)).all()
    descriptions = {row.relation: row.description for row in comments}
    context = {
        "descriptions": {relation: descriptions[relation] for relation in RELATIONS},
        "squads": squads,
        "max_days": MAX_DAYS,
        "start": newest - dt.timedelta(days=DAYS - 1),
        "end": newest,
    }
    return page(request, user, "downloads.html", integration=integration, rights=rights, **context)


@router.get("/rows", dependencies=DOWNLOAD)
def download(
    integration: IntegrationDep,
    relation: Relation,
    format: Format,
    start: CalendarDate,
    end: CalendarDate,
    squad: str = "",
) -> StreamingResponse:
    """Send the file. It is written before the first byte is sent, because a truncated CSV file looks complete."""
    rows = DownloadRequest(integration.name, relation, start, end, squad or None)
    file = TemporaryFile()  # noqa: SIM115 - closed, and thereby deleted, once it has been sent
    with transaction(warehouse()) as connection:
        write(connection, rows, format, file)
    headers = {
        "Content-Disposition": f'attachment; filename="{rows.file_name(format)}"',
        "Content-Length": str(file.tell()),
    }
    return StreamingResponse(_chunks(file), media_type=MEDIA_TYPES[format], headers=headers)


def _chunks(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        file.seek(0)
        while chunk := file.read(CHUNK_BYTES):
            yield chunk
