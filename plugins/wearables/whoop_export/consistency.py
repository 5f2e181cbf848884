"""Whether rows whose columns were told by position make sense: numbers that hang together do so."""

from wearables.core.errors import ExportRejected
from wearables.whoop_export.table import Row, Table

# Minutes are rounded each for itself, and WHOOP's own data has a few outliers.
TOLERATED_MINUTES = 3
TOLERATED_SHARE = 0.02
STAGES = ("light_sleep", "deep_sleep", "rem_sleep")
ZONES = tuple(f"zone_{number}" for number in range(1, 6))


class Sense:
    """Counts the rows of a table that contradict themselves."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._rows = 0
        self._contradictions = 0

    def look(self, row: Row) -> None:
        """Take a row into account."""
        if not self._table.is_known:
            self._rows += 1
            self._contradictions += not _makes_sense(row)

    def judge(self) -> None:
        """Raises ExportRejected when too many rows contradict themselves."""
        if self._contradictions > max(1, TOLERATED_SHARE * self._rows):
            raise ExportRejected(
                f"{self._table.name} has column names in an unknown language, and by their position the values make no "
                "sense; set the app to English and ask for the export again."
            )


def _makes_sense(row: Row) -> bool:
    stages, asleep = _sum(row, STAGES), _sum(row, ("asleep",))
    zones = _sum(row, ZONES)
    greatest, average = _sum(row, ("max_heart_rate",)), _sum(row, ("average_heart_rate",))
    return (
        (stages is None or asleep is None or abs(stages - asleep) <= TOLERATED_MINUTES)
        and (zones is None or zones <= 100 + len(ZONES))
        and (greatest is None or average is None or greatest >= average)
    )


def _sum(row: Row, keys: tuple[str, ...]) -> float | None:
    values = [row.values.get(key) for key in keys]
    numbers = [value for value in values if isinstance(value, int | float)]
    return sum(numbers) if len(numbers) == len(keys) else None
