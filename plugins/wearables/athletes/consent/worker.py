"""Attempt the answers that could not be used when they arrived.

A thread of the api-server does this, so it starts and ends with the pages that keep the answers. Several api-servers
can do this at the same time, because each answer is claimed.
"""

import logging
import time
from concurrent.futures import ThreadPoolExecutor

from wearables.athletes.consent.answers import Claimed, claim_due
from wearables.athletes.consent.completion import attempt
from wearables.core.errors import PermanentError, RetryableError, WearablesError
from wearables.core.warehouse import WarehouseError, run_sql, transaction, warehouse

log = logging.getLogger(__name__)

ROUND_SECONDS = 10
AT_ONCE = 16


def run() -> None:
    """Attempt due answers until the process ends."""
    while True:
        time.sleep(ROUND_SECONDS)
        try:
            work_off()
        except (WearablesError, WarehouseError) as error:
            log.debug("The kept answers could not be read: %s", error)
        except Exception:
            log.exception("The kept answers could not be attempted")


def work_off() -> None:
    """Attempt every due answer once.

    If the first attempt for an integration fails because WHOOP is unavailable, the others wait for the next round: a
    failed request also counts towards the request budget.
    """
    with transaction(warehouse()) as connection:
        integrations = list(run_sql(connection, "athletes/consent/due").scalars())
    for integration in integrations:
        if all(_is_answered(claimed) for claimed in claim_due(integration, 1)):
            _work_off_rest(integration)


def _work_off_rest(integration: str) -> None:
    with ThreadPoolExecutor(AT_ONCE, "consent-worker") as executor:
        while claimed := claim_due(integration, AT_ONCE):
            if not all(executor.map(_is_answered, claimed)):
                return


def _is_answered(claimed: Claimed) -> bool:
    """Attempt an answer, and return whether WHOOP could be asked."""
    try:
        attempt(claimed)
    except (RetryableError, PermanentError):
        return False
    except WearablesError:
        pass  # WHOOP has answered; the error concerns this athlete only.
    return True
