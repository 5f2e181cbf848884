"""Check that related numbers agree if columns were matched by position. If they contradict, the positions are wrong."""

from wearables.core.errors import ExportRejected
from wearables.whoop_export.table import Row, Table

# WHOOP rounds each duration to a minute separately, and its data contain a few outliers.
TOLERATED_MINUTES = 3
TOLERATED_SHARE = 0.02
STAGES = ("light_sleep", "deep_sleep", "rem_sleep")
ZONES = tuple(f"zone_{number}" for number in range(1, 6))


class ConsistencyCheck:
    """Count the rows of a table whose values contradict each other."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._rows = 0
        self._contradictions = 0

    def add(self, row: Row) -> None:
        """Check a row if columns were matched by position."""
        if not self._table.is_matched_by_name:
            self._rows += 1
            self._contradictions += not _is_consistent(row)

    def require_consistent(self) -> None:
        """Raise ExportRejected if too many rows are contradictory."""
        if self._contradictions > max(1, TOLERATED_SHARE * self._rows):
            raise ExportRejected(
                f"{self._table.name}: the column names are in an unknown language, and the values contradict each "
                "other if columns are matched by position. Set the WHOOP app to English and export again."
            )


def _is_consistent(row: Row) -> bool:
    stages, asleep = _sum(row, STAGES), _sum(row, ("asleep",))
    zones = _sum(row, ZONES)
    highest, average = _sum(row, ("max_heart_rate",)), _sum(row, ("average_heart_rate",))
    return (
        (stages is None or asleep is None or abs(stages - asleep) <= TOLERATED_MINUTES)
        and (zones is None or zones <= 100 + len(ZONES))
        and (highest is None or average is None or highest >= average)
    )


def _sum(row: Row, keys: tuple[str, ...]) -> float | None:
    values = [row.values.get(key) for key in keys]
    numbers = [value for value in values if isinstance(value, int | float)]
    return sum(numbers) if len(numbers) == len(keys) else None
