"""The pages as one application, mounted by Airflow at /wearables; nothing of it is for anonymous visitors."""

from collections.abc import Awaitable, Callable
from pathlib import Path

from fastapi import FastAPI, HTTPException, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import FileResponse, HTMLResponse
from starlette.exceptions import HTTPException as AnyHTTPException

from wearables.core.body_limits import refused_length
from wearables.core.errors import WearablesError
from wearables.web.guard import SIGNED_IN
from wearables.web.pages import (
    athlete,
    athletes,
    board,
    create_integration,
    dictionary,
    downloads,
    import_export,
    integration,
    overview,
    pull_log,
    pull_now,
)
from wearables.web.rendering import HEADERS, TEMPLATES
from wearables.whoop_export.archive import MAX_ARCHIVE_BYTES, MEGABYTE

# An upload, and the fields around it.
MAX_BODY_BYTES = MAX_ARCHIVE_BYTES + MEGABYTE
UNREAD = {
    400: "The length of what was sent cannot be read; send it from a page of ours.",
    411: "The length of what was sent is not told; send it from a page of ours.",
    413: f"The file is larger than {MAX_ARCHIVE_BYTES // MEGABYTE} MB; hand in the ZIP as WHOOP mailed it.",
}
STATIC = {path.name: path for path in Path(__file__).with_name("static").iterdir()}

app = FastAPI(title="Integrations", dependencies=SIGNED_IN, docs_url=None, redoc_url=None, openapi_url=None)
PAGES = (
    overview,
    create_integration,
    integration,
    board,
    pull_now,
    athletes,
    athlete,
    downloads,
    dictionary,
    pull_log,
    import_export,
)
for each in PAGES:
    app.include_router(each.router)


@app.get("/static/{name}")
def static(name: str) -> FileResponse:
    """A style sheet, a script or a picture."""
    if name not in STATIC:
        raise HTTPException(404, "There is no such file.")
    return FileResponse(STATIC[name], headers={"Cache-Control": "max-age=300"})


@app.middleware("http")
async def harden(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
    """Every answer carries the same strict headers; a body of unknown or too great a length is not read at all."""
    status = refused_length(request, MAX_BODY_BYTES)
    answer = _error_page(request, status, UNREAD[status]) if status else await call_next(request)
    for name, value in HEADERS.items():
        answer.headers.setdefault(name, value)
    return answer


@app.exception_handler(AnyHTTPException)
async def refused(request: Request, error: AnyHTTPException) -> HTMLResponse:
    """Say what is not allowed or not there."""
    return _error_page(request, error.status_code, str(error.detail))


@app.exception_handler(WearablesError)
async def explained(request: Request, error: WearablesError) -> HTMLResponse:
    """A mistake or a set-up at fault is one sentence with the remedy, here as everywhere."""
    return _error_page(request, 409, str(error))


@app.exception_handler(RequestValidationError)
async def malformed(request: Request, error: RequestValidationError) -> HTMLResponse:
    """What was sent is not repeated: it may be a secret."""
    fields = ", ".join(sorted({str(each["loc"][-1]) for each in error.errors()}))
    return _error_page(request, 422, f"This cannot be read: {fields}.")


def _error_page(request: Request, status: int, sentence: str) -> HTMLResponse:
    context = {"root": request.scope.get("root_path", ""), "status": status, "sentence": sentence}
    return TEMPLATES.TemplateResponse(request, "error.html", context, status_code=status)
