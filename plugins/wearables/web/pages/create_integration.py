"""Create integration: everything is checked, WHOOP last, before connection and file are saved."""

import os
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
from wearables.core.integrations import NAME, Integration, integration_files, parse_integration
from wearables.core.settings import integrations_dir
from wearables.core.warehouse import warehouse
from wearables.web.connections import save_connection
from wearables.web.guard import CSRF
from wearables.web.rendering import go_to, page
from wearables.whoop.budget import Budget
from wearables.whoop.credentials import DEFAULT_BASE_URL, Credentials, base_url
from wearables.whoop.oauth import TokenEndpoint
from wearables.whoop.transport import HttpTransport

router = APIRouter(prefix="/create")

MAKER = [Depends(requires_access_connection("POST"))]
VENDORS = ("WHOOP",)


@dataclass(frozen=True)
class Draft:
    """What was typed. Its repr shows no secret, and the page never shows it again."""

    name: str = ""
    vendor: str = VENDORS[0]
    client_id: str = ""
    client_secret: str = field(default="", repr=False)
    address: str = ""
    timezone: str = "UTC"
    schedule: str = "@daily"

    @property
    def settings(self) -> dict[str, str | None]:
        """The keys of the integration file."""
        return {"schedule": self.schedule.strip() or None, "timezone": self.timezone.strip()}

    @property
    def text(self) -> str:
        """The integration file."""
        return yaml.safe_dump(self.settings, sort_keys=False)

    @property
    def path(self) -> Path:
        """Where the integration file goes."""
        return integrations_dir() / f"{self.name}.yaml"


@router.get("", dependencies=MAKER)
def ask(request: Request, user: GetUserDep) -> HTMLResponse:
    """The empty form."""
    return _form(request, user, Draft())


@router.post("", dependencies=[*MAKER, CSRF, Depends(action_logging())])
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
    """Check all that was typed, WHOOP included, then save it."""
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
    return go_to(request, "integrations", draft.name)


def check(draft: Draft) -> Integration:
    """Refuse what cannot work; WHOOP is asked last. Raises PermanentError, SourceUnavailable or BudgetExhausted."""
    if draft.vendor not in VENDORS:
        raise PermanentError(f"Vendor {draft.vendor!r} is not known; choose one of {', '.join(VENDORS)}.")
    # The name becomes a path: it must be one before anything looks there.
    if not NAME.fullmatch(draft.name):
        raise PermanentError(
            "The name must be letters, digits, _ and -, begin with a letter, and be 63 characters at most."
        )
    if any(path.stem == draft.name for path in integration_files()):
        raise PermanentError(f"There is an integration {draft.name!r} already; choose another name.")
    integration = parse_integration(draft.path, draft.text)
    if not draft.client_id or not draft.client_secret:
        raise PermanentError("Client ID and Client secret are needed; both stand in WHOOP's developer dashboard.")
    app = credentials(draft)
    transport = HttpTransport(app.base_url, Budget(warehouse(), app.base_url, app.client_id))
    try:
        TokenEndpoint(app, transport).verify_client()
    finally:
        transport.budget.close()
    return integration


def credentials(draft: Draft) -> Credentials:
    """The app that the draft names."""
    return Credentials(base_url(draft.address, None), draft.client_id, draft.client_secret)


def write(draft: Draft) -> bool:
    """Write the file, whole or not at all; False where the folder is not writable."""
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


def _form(request: Request, user: GetUserDep, draft: Draft, refusal: str = "") -> HTMLResponse:
    return page(
        request, user, "create.html", 409 if refusal else 200,
        draft=draft, refusal=refusal, vendors=VENDORS, zones=sorted(available_timezones()),
        default_address=DEFAULT_BASE_URL,
    )  # fmt: skip
