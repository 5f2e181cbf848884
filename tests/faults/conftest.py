"""Print the table at the end of `make test-faults`; the fixtures of the consent pages."""

from typing import Any

import pytest

from tests.athletes.conftest import browser, consent

__all__ = ["browser", "consent"]

COLUMNS = ("fault", "survived", "rows lost", "duplicate rows", "requests wasted")


@pytest.hookimpl(trylast=True)
def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Print one line per fault, with the figures that the tests recorded on any pytest worker."""
    reports = [each for name in ("passed", "failed") for each in terminalreporter.stats.get(name, [])]
    lines = []
    for report in reports:
        properties = dict(report.user_properties)
        if "fault" in properties:
            properties["survived"] = "yes" if report.passed else "no"
            lines.append([str(properties.get(column, "?")) for column in COLUMNS])
    if not lines:
        return
    terminalreporter.section("faults")
    for line in [COLUMNS, ["---"] * len(COLUMNS), *sorted(lines)]:
        terminalreporter.write_line("| " + " | ".join(line) + " |")
    survived = sum(line[1] == "yes" for line in lines)
    terminalreporter.write_line(f"{len(lines)} faults injected, {survived} survived.")
