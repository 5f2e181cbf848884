"""Access to the pages: Airflow's own roles, and a CSRF token for every action.

Users who may read the DAG see its pages. Users who may trigger it may pull and download. Users who may edit connections
may do everything else.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from airflow.api_fastapi.app import get_auth_manager
from airflow.api_fastapi.auth.managers.models.resource_details import DagAccessEntity, DagDetails
from airflow.api_fastapi.core_api.security import GetUserDep, get_user, requires_access_connection, requires_access_dag
from airflow.api_fastapi.logging.decorators import action_logging
from fastapi import Depends, Form, HTTPException, Request

from wearables.core.integration_files import integration_files
from wearables.core.signing import is_form_token

PAGES = "web"
BROWSER_COOKIE = "wearables_browser"
RUN = DagAccessEntity.RUN


@dataclass(frozen=True)
class Rights:
    """What a user may do beyond reading."""

    may_pull: bool
    may_edit: bool

    @property
    def may_see_names(self) -> bool:
        """Whether values are shown with names: users who may pull or edit see names, viewers see ids."""
        return self.may_pull or self.may_edit


def rights_of(request: Request, user: GetUserDep) -> Rights:
    """Return the user's rights on the integration in the URL or, if the URL names none, on any integration."""
    manager = get_auth_manager()
    dag = DagDetails(id=request.path_params.get("dag_id"))
    return Rights(
        may_pull=manager.is_authorized_dag(method="POST", access_entity=RUN, details=dag, user=user),
        may_edit=manager.is_authorized_connection(method="PUT", user=user),
    )


RightsDep = Annotated[Rights, Depends(rights_of)]


def visible_files(user: Any) -> dict[str, Path]:
    """Return the integration files that a user may see, by name.

    Raises HTTPException if there are integrations but the user may not see any of them.
    """
    files = {path.stem: path for path in integration_files()}
    visible = get_auth_manager().filter_authorized_dag_ids(dag_ids=set(files), user=user) if files else set()
    if files and not visible:
        raise HTTPException(403, "You are not allowed to see any integration. Ask an admin for read access to its DAG.")
    return {name: path for name, path in files.items() if name in visible}


def _has_valid_token(request: Request, user: GetUserDep, csrf: Annotated[str, Form()] = "") -> None:
    if not is_form_token(csrf, PAGES, request.cookies.get(BROWSER_COOKIE, ""), user.get_id()):
        raise HTTPException(403, "This form has expired or did not come from this site. Reload the page and try again.")


CSRF = Depends(_has_valid_token)
SIGNED_IN = [Depends(get_user)]
READ_PAGE = [Depends(requires_access_dag("GET"))]
# action_logging records every action in Airflow's audit log, without the values of the form.
PULL_PAGE = [Depends(requires_access_dag("GET")), Depends(requires_access_dag("POST", RUN))]
PULL_ACTION = [Depends(requires_access_dag("POST", RUN)), CSRF, Depends(action_logging())]
# A download changes nothing, so it needs no CSRF token, but the audit log records it.
DOWNLOAD = [*PULL_PAGE, Depends(action_logging())]
EDIT_PAGE = [Depends(requires_access_dag("GET")), Depends(requires_access_connection("PUT"))]
EDIT_ACTION = [*EDIT_PAGE, CSRF, Depends(action_logging())]
