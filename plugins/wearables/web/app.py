"""The application with all pages, which Airflow mounts at /wearables. Every page requires a login."""

from collections.abc import Awaitable, Callable
from pathlib import Path

from fastapi import FastAPI, HTTPException, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import FileResponse, HTMLResponse
from starlette.exceptions import HTTPException as AnyHTTPException

from wearables.core.body_limits import rejection_status
from wearables.core.errors import WarehouseUnavailable, WearablesError
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

# One uploaded export and the form fields around it.
MAX_BODY_BYTES = MAX_ARCHIVE_BYTES + MEGABYTE
# While the warehouse is unavailable, a page that needs it reloads after this many seconds.
RETRY_SECONDS = 5
BODY_ERRORS = {
    400: "The request has an invalid Content-Length. Use the form on this site.",
    411: "The request has no Content-Length. Use the form on this site.",
    413: f"The file is larger than {MAX_ARCHIVE_BYTES // MEGABYTE} MB. Upload the ZIP file exactly as WHOOP sent it.",
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
    """Return a style sheet, a script or an image."""
    if name not in STATIC:
        raise HTTPException(404, "This file does not exist.")
    return FileResponse(STATIC[name], headers={"Cache-Control": "max-age=300"})


@app.middleware("http")
async def harden(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
    """Set strict headers on every response, and reject bodies of unknown or excessive length before they are read."""
    status = rejection_status(request, MAX_BODY_BYTES)
    response = _error_page(request, status, BODY_ERRORS[status]) if status else await call_next(request)
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    return response


@app.exception_handler(AnyHTTPException)
async def http_error(request: Request, error: AnyHTTPException) -> HTMLResponse:
    """Show a page that explains the HTTP error."""
    return _error_page(request, error.status_code, str(error.detail))


@app.exception_handler(WearablesError)
async def user_error(request: Request, error: WearablesError) -> HTMLResponse:
    """Show the error's message, which says what to do."""
    return _error_page(request, 409, str(error))


@app.exception_handler(WarehouseUnavailable)
async def unavailable(request: Request, error: WarehouseUnavailable) -> HTMLResponse:
    """Show the error's message. A page then reloads until it succeeds; an action is not repeated."""
    response = _error_page(request, 503, str(error), retry_seconds=RETRY_SECONDS if request.method == "GET" else 0)
    response.headers["Retry-After"] = str(RETRY_SECONDS)
    return response


@app.exception_handler(RequestValidationError)
async def invalid_input(request: Request, error: RequestValidationError) -> HTMLResponse:
    """Name the invalid fields, but not their values, which may be secrets."""
    fields = ", ".join(sorted({str(each["loc"][-1]) for each in error.errors()}))
    return _error_page(request, 422, f"These fields are not valid: {fields}.")


def _error_page(request: Request, status: int, message: str, retry_seconds: int = 0) -> HTMLResponse:
    context = {
        "root": request.scope.get("root_path", ""),
        "status": status,
        "message": message,
        "retry_seconds": retry_seconds,
    }
    return TEMPLATES.TemplateResponse(request, "error.html", context, status_code=status)
