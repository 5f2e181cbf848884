"""Downloads: an integration's rows for spreadsheets and notebooks, for whoever may pull; each is in the audit log."""

import datetime as dt
from collections.abc import Iterator
from tempfile import TemporaryFile
from typing import IO

from airflow.api_fastapi.core_api.security import GetUserDep
from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, StreamingResponse

from wearables.core.warehouse import run_sql, transaction, warehouse
from wearables.web.board.history import DAYS
from wearables.web.board.squad import read_as_of, read_squads
from wearables.web.download_files import MOST_DAYS, RELATIONS, Format, Relation, Wanted, write
from wearables.web.guard import DOWNLOADER, PULLER_SEES, RightsDep
from wearables.web.pages.board import CalendarDate
from wearables.web.pages.integration import IntegrationDep
from wearables.web.rendering import page

router = APIRouter(prefix="/integrations/{dag_id}/downloads")

TYPES = {"csv": "text/csv; charset=utf-8", "parquet": "application/vnd.apache.parquet"}
BYTES_AT_A_TIME = 256 * 1024


@router.get("", dependencies=PULLER_SEES)
def form(integration: IntegrationDep, request: Request, user: GetUserDep, rights: RightsDep) -> HTMLResponse:
    """What there is, and for which days."""
    today = integration.today
    with transaction(warehouse()) as connection:
        newest = read_as_of(connection, integration.name, today).newest_date or today
        squads = read_squads(connection, integration.name)
        comments = run_sql(connection, "web/downloads/comments", relations=list(RELATIONS)).all()
    meanings = {row.relation: row.meaning for row in comments}
    return page(
        request, user, "downloads.html",
        it=integration, rights=rights, squads=squads, most=MOST_DAYS,
        meanings={relation: meanings[relation] for relation in RELATIONS},
        start=newest - dt.timedelta(days=DAYS - 1), end=newest,
    )  # fmt: skip


@router.get("/rows", dependencies=DOWNLOADER)
def download(
    integration: IntegrationDep,
    relation: Relation,
    format: Format,
    start: CalendarDate,
    end: CalendarDate,
    squad: str = "",
) -> StreamingResponse:
    """The file. It is written whole before its first byte is sent: half of one would look like all of it."""
    wanted = Wanted(integration.name, relation, start, end, squad or None)
    file = TemporaryFile()  # noqa: SIM115 - closed, and so gone, when it has been sent
    with transaction(warehouse()) as connection:
        write(connection, wanted, format, file)
    headers = {
        "Content-Disposition": f'attachment; filename="{wanted.file_name(format)}"',
        "Content-Length": str(file.tell()),
    }
    return StreamingResponse(_sent(file), media_type=TYPES[format], headers=headers)


def _sent(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        file.seek(0)
        while part := file.read(BYTES_AT_A_TIME):
            yield part
