"""Create an integration. Input and credentials are checked before the connection and the file are saved."""

import os
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated
from zoneinfo import available_timezones

import yaml
from airflow.api_fastapi.common.db.common import SessionDep
from airflow.api_fastapi.core_api.security import GetUserDep, requires_access_connection
from airflow.api_fastapi.logging.decorators import action_logging
from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import HTMLResponse

from wearables.core.errors import PermanentError, WearablesError
from wearables.core.integration_files import integration_files
from wearables.core.integrations import NAME, Integration, parse_integration
from wearables.core.settings import integrations_dir
from wearables.core.sources import DEFAULT_SOURCE, SOURCES
from wearables.core.warehouse import warehouse
from wearables.web.connections import save_connection
from wearables.web.guard import CSRF
from wearables.web.rendering import page, redirect_to
from wearables.whoop.budget import Budget
from wearables.whoop.credentials import DEFAULT_BASE_URL, Credentials, base_url
from wearables.whoop.oauth import TokenEndpoint
from wearables.whoop.transport import HttpTransport

router = APIRouter(prefix="/create")

CREATOR = [Depends(requires_access_connection("POST"))]
VENDORS = {name: source.title for name, source in SOURCES.items()}


@dataclass(frozen=True)
class Draft:
    """The input of the form. Neither its repr nor the page shows the secret."""

    name: str = ""
    vendor: str = DEFAULT_SOURCE
    client_id: str = ""
    client_secret: str = field(default="", repr=False)
    address: str = ""
    timezone: str = "UTC"
    schedule: str = "@daily"

    @property
    def settings(self) -> dict[str, str | None]:
        """The keys and values of the integration file."""
        return {
            "source": self.vendor,
            "schedule": self.schedule.strip() or None,
            "timezone": self.timezone.strip(),
        }

    @property
    def text(self) -> str:
        """The text of the integration file."""
        return yaml.safe_dump(self.settings, sort_keys=False)

    @property
    def path(self) -> Path:
        """The path of the integration file."""
        return integrations_dir() / f"{self.name}.yaml"


@router.get("", dependencies=CREATOR)
def ask(request: Request, user: GetUserDep) -> HTMLResponse:
    """Show the empty form."""
    return _form(request, user, Draft())


@router.post("", dependencies=[*CREATOR, CSRF, Depends(action_logging())])
def create_integration(
    request: Request,
    user: GetUserDep,
    session: SessionDep,
    name: Annotated[str, Form()] = "",
    vendor: Annotated[str, Form()] = "",
    client_id: Annotated[str, Form()] = "",
    client_secret: Annotated[str, Form()] = "",
    address: Annotated[str, Form()] = "",
    timezone: Annotated[str, Form()] = "",
    schedule: Annotated[str, Form()] = "",
) -> Response:
    """Check the input, validate the credentials with WHOOP, then save the connection and the file."""
    draft = Draft(name.strip(), vendor, client_id.strip(), client_secret.strip(), address.strip(), timezone, schedule)
    try:
        check(draft)
        save_connection(session, draft.name, credentials(draft))
        is_written = write(draft)
    except WearablesError as reason:
        session.rollback()
        return _form(request, user, draft, str(reason))
    if not is_written:
        return page(request, user, "commit.html", draft=draft, folder=integrations_dir())
    return redirect_to(request, "integrations", draft.name)


def check(draft: Draft) -> Integration:
    """Return the integration if the draft is valid. The credentials are validated last.

    Raises PermanentError, SourceUnavailable or BudgetExhausted.
    """
    if draft.vendor not in VENDORS:
        raise PermanentError(f'The vendor "{draft.vendor}" is not supported. Choose {" or ".join(VENDORS.values())}.')
    # Check the name before any file is looked up, because it becomes part of a path.
    if not NAME.fullmatch(draft.name):
        raise PermanentError("The name must start with a letter and have at most 63 letters, digits, _ and -.")
    for path in integration_files():
        if path.stem.casefold() == draft.name.casefold():
            raise PermanentError(f'An integration named "{path.stem}" already exists. Choose another name.')
    integration = parse_integration(draft.path, draft.text)
    if not draft.client_id or not draft.client_secret:
        raise PermanentError("Client ID and Client secret are required. Find both in WHOOP's developer dashboard.")
    app = credentials(draft)
    with closing(Budget(warehouse(), *app.app)) as budget:
        TokenEndpoint(app, HttpTransport(app.base_url, budget)).verify_client()
    return integration


def credentials(draft: Draft) -> Credentials:
    """Return the credentials of the draft's WHOOP app."""
    return Credentials(base_url(draft.address, None), draft.client_id, draft.client_secret)


def write(draft: Draft) -> bool:
    """Write the file atomically and return whether the folder is writable."""
    if not os.access(draft.path.parent, os.W_OK):
        return False
    unfinished = draft.path.with_name(f".{draft.name}.{os.getpid()}")
    try:
        unfinished.write_text(draft.text, encoding="utf-8")
        unfinished.rename(draft.path)
    except OSError:
        unfinished.unlink(missing_ok=True)
        return False
    return True


def _form(request: Request, user: GetUserDep, draft: Draft, problem: str = "") -> HTMLResponse:
    choices = {"vendors": VENDORS, "zones": sorted(available_timezones()), "default_address": DEFAULT_BASE_URL}
    return page(request, user, "create.html", 409 if problem else 200, draft=draft, problem=problem, **choices)
