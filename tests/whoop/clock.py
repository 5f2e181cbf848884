"""A simulated clock for the request ledger."""

from sqlalchemy import Engine

from wearables.core.warehouse import transaction


class Clock:
    """A clock whose sleep shifts the ledger into the past, so that no test waits."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.slept: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        shift = {"seconds": seconds}
        with transaction(self.engine) as connection:
            connection.exec_driver_sql(
                "update ops.request_leases set leased_at = leased_at - make_interval(secs => %(seconds)s)", shift
            )
            connection.exec_driver_sql(
                "update ops.request_budgets set resets_at = resets_at - make_interval(secs => %(seconds)s), "
                "counted_from = counted_from - make_interval(secs => %(seconds)s), "
                "consent_until = consent_until - make_interval(secs => %(seconds)s), "
                "routine_until = routine_until - make_interval(secs => %(seconds)s)",
                shift,
            )
