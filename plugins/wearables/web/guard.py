"""Who may do what on the pages, by Airflow's own roles; and the token that ties an action to its page.

Readers (may see DAGs) see; whoever may trigger a DAG may pull; whoever may edit connections may do the rest.
"""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from airflow.api_fastapi.app import get_auth_manager
from airflow.api_fastapi.auth.managers.models.resource_details import DagAccessEntity, DagDetails
from airflow.api_fastapi.core_api.security import (
    GetUserDep,
    get_user,
    requires_access_connection,
    requires_access_dag,
)
from airflow.api_fastapi.logging.decorators import action_logging
from fastapi import Depends, Form, HTTPException, Request

from wearables.core.errors import PermanentError
from wearables.core.integrations import integration_files
from wearables.core.settings import grant_keys

NONCE_COOKIE = "wearables_nonce"
RUN = DagAccessEntity.RUN


@dataclass(frozen=True)
class Rights:
    """What the pages offer a user."""

    may_pull: bool
    may_edit: bool

    @property
    def may_name(self) -> bool:
        """Whether values are shown with the athlete's name: staff of a team may pull, who only looks on may not."""
        return self.may_pull or self.may_edit


def rights_of(request: Request, user: GetUserDep) -> Rights:
    """What a user may do beyond reading: with the integration in the address, or with any."""
    manager = get_auth_manager()
    dag = DagDetails(id=request.path_params.get("dag_id"))
    return Rights(
        may_pull=manager.is_authorized_dag(method="POST", access_entity=RUN, details=dag, user=user),
        may_edit=manager.is_authorized_connection(method="PUT", user=user),
    )


RightsDep = Annotated[Rights, Depends(rights_of)]


def visible_files(user: Any) -> dict[str, Path]:
    """Files of the integrations that a user may see, by name."""
    files = {path.stem: path for path in integration_files()}
    visible = get_auth_manager().filter_authorized_dag_ids(dag_ids=set(files), user=user) if files else set()
    if files and not visible:
        raise HTTPException(403, "You may not see any integration; ask for the right to see its DAG.")
    return {name: path for name, path in files.items() if name in visible}


def new_nonce() -> str:
    """The random half of a token: it lives in a cookie of the browser."""
    return secrets.token_urlsafe(24)


def csrf_token(user_id: str, nonce: str) -> str:
    """The half that a page carries: nobody can make it without the key of the grants.

    Airflow's own secret will not do: left alone, each process makes another one.
    """
    keys = grant_keys()
    if not keys:
        raise PermanentError("WEARABLES_GRANT_KEYS is not set; give it a Fernet key (`make install` makes one).")
    return hmac.new(keys[0].encode(), f"pages\n{user_id}\n{nonce}".encode(), hashlib.sha256).hexdigest()


def _comes_from_a_page(request: Request, user: GetUserDep, csrf: Annotated[str, Form()] = "") -> None:
    nonce = request.cookies.get(NONCE_COOKIE, "")
    if not nonce or not hmac.compare_digest(csrf.encode(), csrf_token(user.get_id(), nonce).encode()):
        raise HTTPException(403, "This form is stale or was not made by this page; reload the page and try again.")


CSRF = Depends(_comes_from_a_page)
SIGNED_IN = [Depends(get_user)]
READER = [Depends(requires_access_dag("GET"))]
# Every action is noted in Airflow's audit log; never with what was typed.
PULLER_SEES = [Depends(requires_access_dag("GET")), Depends(requires_access_dag("POST", RUN))]
PULLER = [Depends(requires_access_dag("POST", RUN)), CSRF, Depends(action_logging())]
# A download changes nothing, so it needs no token; it is noted all the same.
DOWNLOADER = [*PULLER_SEES, Depends(action_logging())]
EDITOR_SEES = [Depends(requires_access_dag("GET")), Depends(requires_access_connection("PUT"))]
EDITOR = [*EDITOR_SEES, CSRF, Depends(action_logging())]
