"""How much of the request budgets of WHOOP apps is used."""

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection, Row

from wearables.core.warehouse import run_sql
from wearables.whoop import budget

# The limits of an app that has not sent a request yet. The keys are periods in seconds.
DEFAULT_LIMITS = {int(seconds): requests for seconds, requests in budget.DEFAULT_LIMITS.items()}


@dataclass(frozen=True)
class BudgetUsage:
    """The request budget of a WHOOP app. ``allowed`` and ``used`` map a period in seconds to requests."""

    allowed: dict[int, int] = field(default_factory=dict)
    used: dict[int, int] = field(default_factory=dict)
    paused_until: dt.datetime | None = None


def read_usage(connection: Connection, client_keys: Sequence[str]) -> dict[str, BudgetUsage]:
    """Return the budgets of the WHOOP apps that have sent requests, by client key."""
    periods: dict[str, list[Row]] = defaultdict(list)
    for row in run_sql(connection, "whoop/budget/usage", client_keys=list(client_keys)):
        periods[row.client_key].append(row)
    return {
        key: BudgetUsage(
            {row.seconds: row.allowed for row in rows}, {row.seconds: row.used for row in rows}, rows[0].paused_until
        )
        for key, rows in periods.items()
    }
