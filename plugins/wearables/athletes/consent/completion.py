"""Complete a consent: redeem WHOOP's answer, and enrol the athlete if scopes and athlete match the invitation."""

import logging
from contextlib import closing, suppress

from sqlalchemy import Connection, Row
from sqlalchemy.exc import SQLAlchemyError

from wearables.athletes.consent import result_pages
from wearables.athletes.consent.answers import Claimed, postpone, refuse
from wearables.athletes.consent.result_pages import ResultPage
from wearables.athletes.enrolment import not_granted, profile_of, save
from wearables.core.errors import (
    AthleteError,
    PermanentError,
    ReconnectRequired,
    RetryableError,
    WarehouseUnavailable,
    WearablesError,
)
from wearables.core.integrations import Integration, load_integration
from wearables.core.priority import Priority
from wearables.core.settings import redirect_url
from wearables.core.warehouse import run_sql, transaction, warehouse
from wearables.whoop.claims import Claims
from wearables.whoop.client import Profile
from wearables.whoop.grants import Grants
from wearables.whoop.hook import WhoopHook
from wearables.whoop.oauth import TokenPair

log = logging.getLogger(__name__)

RETRY_SECONDS = 20
# A person must act first, so do not retry every few seconds. The athlete can retry sooner by reloading the page.
RETRY_AFTER_A_CHANGE_SECONDS = 600
RETRY_INACTIVE_SECONDS = 24 * 3600


def complete(claimed: Claimed) -> ResultPage:
    """Attempt a claimed answer and return the page for the waiting athlete."""
    try:
        return attempt(claimed)
    except RetryableError:
        return result_pages.FOLLOWS
    except WearablesError as error:
        return result_pages.unavailable(str(error))


def attempt(claimed: Claimed) -> ResultPage:
    """Enrol the athlete of a claimed answer, or refuse the answer. Return the page that explains the outcome.

    Raises WearablesError if neither was possible; the answer is then kept for a later attempt.
    """
    try:
        integration = load_integration(claimed.integration)
        with closing(WhoopHook(integration.connection, Priority.CONSENT, is_hurried=True)) as hook:
            page = _Consent(integration, claimed, hook).accept()
    except RetryableError as error:
        _postpone(claimed, RETRY_SECONDS, error)
        raise
    except WearablesError as error:
        is_inactive = isinstance(error, AthleteError)
        _postpone(claimed, RETRY_INACTIVE_SECONDS if is_inactive else RETRY_AFTER_A_CHANGE_SECONDS, error)
        raise
    except SQLAlchemyError:
        outage = RetryableError("Airflow's database cannot be reached.")
        _postpone(claimed, RETRY_SECONDS, outage)
        raise outage from None
    except Exception as bug:
        log.exception("Invitation to %s", claimed.integration)
        unexpected = PermanentError(
            f"An unexpected error occurred ({type(bug).__name__}). See the log of the api-server."
        )
        _postpone(claimed, RETRY_AFTER_A_CHANGE_SECONDS, unexpected)
        raise unexpected from None
    log.info("Invitation to %s: %s", claimed.integration, page.title)
    return page


def _postpone(claimed: Claimed, seconds: float, error: WearablesError) -> None:
    log.warning("Invitation to %s: the answer is kept. %s", claimed.integration, error)
    # If the warehouse is unavailable, the claim expires.
    with suppress(WarehouseUnavailable):
        postpone(claimed, seconds, str(error))


class _Consent:
    """The consent of an athlete who has agreed at WHOOP."""

    def __init__(self, integration: Integration, claimed: Claimed, hook: WhoopHook) -> None:
        self._integration = integration
        self._claimed = claimed
        self._hook = hook
        self._code = claimed.code
        self._claims = Claims(warehouse(), integration.name, hook.token_endpoint)

    def accept(self) -> ResultPage:
        try:
            pair = self._claims.claim(self._code, lambda code: self._hook.token_endpoint.redeem(code, redirect_url()))
            if pair.lost_scopes:
                return self._refuse(result_pages.lost_scopes(pair.lost_scopes, self._withdraw(pair)))
            profile = profile_of(self._hook, pair)
        except ReconnectRequired:
            return self._refuse(result_pages.SPENT_CODE)
        if self._claimed.athlete_id not in (None, profile.user_id):
            # If this athlete is enrolled, revoking the new grant would also end the stored one.
            if self._stored(profile) is None:
                self._withdraw(pair)
            return self._refuse(result_pages.WRONG_ACCOUNT)
        with transaction(warehouse()) as connection:
            return self._enrol(connection, profile, pair)

    def _enrol(self, connection: Connection, profile: Profile, pair: TokenPair) -> ResultPage:
        key = {"integration": self._integration.name, "athlete_id": profile.user_id}
        stored = run_sql(connection, "whoop/grants/read", **key).one_or_none()
        self._claims.discard(connection, self._code)
        is_open = run_sql(
            connection, "athletes/consent/accept", token_hash=self._claimed.token_hash, athlete_id=profile.user_id
        ).rowcount
        if not is_open:
            return result_pages.REPLAYED
        save(connection, self._integration.name, profile)
        answered_at = self._claimed.answered_at
        if run_sql(connection, "athletes/consent/erased_since", **key, answered_at=answered_at).scalar():
            run_sql(connection, "athletes/erase/rows", **key)
            return result_pages.ERASED
        run_sql(connection, "athletes/erase/lift", **key)
        grants = Grants(warehouse(), self._integration.name, self._hook.token_endpoint)
        grants.save(connection, profile.user_id, pair)
        run_sql(connection, "whoop/grants/save_collections", **key, collections=pair.collections)
        declined = not_granted(self._integration.collections, pair.collections)
        return result_pages.connected(self._integration.name, stored is not None, declined)

    def _stored(self, profile: Profile) -> Row | None:
        with transaction(warehouse()) as connection:
            return run_sql(
                connection, "whoop/grants/read", integration=self._integration.name, athlete_id=profile.user_id
            ).one_or_none()

    def _refuse(self, page: ResultPage) -> ResultPage:
        with transaction(warehouse()) as connection:
            refuse(connection, self._claimed, f"Refused: {page.title}.")
            self._claims.discard(connection, self._code)
        return page

    def _withdraw(self, pair: TokenPair) -> bool:
        """Revoke an unused grant at WHOOP and return whether WHOOP confirmed it."""
        try:
            self._hook.client(lambda stale=None: pair.access_token).revoke_access()
        except ReconnectRequired:
            return True  # the grant has already ended
        except WearablesError as error:
            log.warning("An unused grant could not be revoked: %s", error)
            return False
        return True
