"""Offboarding: revoke and delete an athlete's grant and, on request, erase all of the athlete's data."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection

from wearables.core.errors import MembershipInactive, PermanentError, ReconnectRequired
from wearables.core.integrations import load_integration
from wearables.core.schema import require_migrated
from wearables.core.warehouse import run_sql, transaction, warehouse
from wearables.pipeline.erasure import delete_landed
from wearables.whoop.grants import Grants
from wearables.whoop.hook import WhoopHook

log = logging.getLogger(__name__)

REVOKED = "WHOOP confirmed the revocation"
ENDED_BEFORE = "WHOOP had already ended the grant"
NO_GRANT = "there was no grant to revoke"
NOT_CONFIRMED = (
    "WHOOP did not revoke the grant because the membership is not active; "
    "the athlete can remove the app in the WHOOP app"
)


@dataclass(frozen=True)
class Receipt:
    """The result of an offboarding. ``rows`` maps tables to deleted rows; ``revocation`` describes WHOOP's answer."""

    integration: str
    athlete_id: int
    is_revoked: bool
    revocation: str
    is_erased: bool
    rows: Mapping[str, int]
    landing_files: int


def offboard(integration_name: str, athlete_id: int, erase: bool = False) -> Receipt:
    """Revoke an athlete's grant at WHOOP and delete it. With ``erase``, also delete all data and keep a tombstone.

    You can repeat it. Raises PermanentError if the athlete is unknown, SourceUnavailable or BudgetExhausted if WHOOP
    cannot be reached. In these cases nothing has changed.
    """
    name = load_integration(integration_name).name
    with transaction(warehouse()) as connection:
        require_migrated(connection)
        _require_known(connection, name, athlete_id)
    revocation = _revoke(name, athlete_id)
    key = {"integration": name, "athlete_id": athlete_id}
    rows, files = {}, 0
    with transaction(warehouse()) as connection:
        run_sql(connection, "pipeline/stage/lock", integration=name)
        run_sql(connection, "athletes/erase/offboard", **key)
        if erase:
            run_sql(connection, "athletes/erase/tombstone", **key)
            rows = {row.relation: row.erased_rows for row in run_sql(connection, "athletes/erase/rows", **key)}
            files = delete_landed(name, athlete_id)
    receipt = Receipt(name, athlete_id, revocation == REVOKED, revocation, erase, rows, files)
    log.info(
        "offboarded athlete=%d: %s; erased=%s rows=%s files=%d", athlete_id, revocation, erase, receipt.rows, files
    )
    return receipt


def _require_known(connection: Connection, name: str, athlete_id: int) -> None:
    if not run_sql(connection, "athletes/erase/is_known", integration=name, athlete_id=athlete_id).scalar():
        raise PermanentError(f"Unknown athlete {athlete_id}. Run `bin/wearables athletes {name}` to list all athletes.")


def _revoke(name: str, athlete_id: int) -> str:
    """Revoke the grant at WHOOP and return the outcome: REVOKED, ENDED_BEFORE, NO_GRANT or NOT_CONFIRMED."""
    hook = WhoopHook(load_integration(name).connection)
    try:
        with transaction(warehouse()) as connection:
            if run_sql(connection, "whoop/grants/read", integration=name, athlete_id=athlete_id).one_or_none() is None:
                return NO_GRANT
        grants = Grants(warehouse(), name, hook.token_endpoint)
        hook.client(lambda stale=None: grants.access_token(athlete_id, stale)).revoke_access()
    except ReconnectRequired:
        return ENDED_BEFORE
    except MembershipInactive:
        return NOT_CONFIRMED
    finally:
        hook.close()
    return REVOKED
