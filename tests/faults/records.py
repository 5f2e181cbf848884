"""The figures of the summary table for faults that cannot touch rows."""

from collections.abc import Callable


def record_no_loss(record_property: Callable[[str, object], None], fault: str) -> None:
    """Record a fault that affects neither rows nor requests."""
    record_property("fault", fault)
    for column in ("rows lost", "duplicate rows", "requests wasted"):
        record_property(column, 0)
