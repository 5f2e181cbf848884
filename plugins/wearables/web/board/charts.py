"""The charts of an athlete's page, drawn by Matplotlib as SVG.

The colours are the Okabe-Ito set, which people with any colour vision can distinguish. They also differ in lightness,
for black-and-white prints, and no information is in the colour alone.
"""

from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from threading import Lock
from typing import Any

import matplotlib as mpl
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter, date2num
from matplotlib.figure import Figure

GREEN, YELLOW, RED, BLUE, SKY = "#009e73", "#e69f00", "#d55e00", "#0072b2", "#56b4e9"
INK, GREY, PALE = "#222222", "#8a8a8a", "#d9e4ee"
ZONES, LIMITS = {"green": GREEN, "yellow": YELLOW, "red": RED}, (34, 67)
RING: dict[str, Any] = {"color": RED, "markersize": 8, "fillstyle": "none", "label": "part of a flag"}
STACKED: dict[str, Any] = {"width": 0.85, "edgecolor": GREY, "linewidth": 0.3}
INCHES = (6.4, 2.3)
STYLE: dict[Any, Any] = {
    "axes.edgecolor": GREY,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlelocation": "left",
    "axes.titlesize": 10,
    "font.family": "sans-serif",
    "font.size": 8.5,
    "hatch.linewidth": 0.6,
    "legend.frameon": False,
    "legend.fontsize": 7.5,
    "svg.fonttype": "none",
    "svg.hashsalt": "wearables",
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
}
# Matplotlib's settings and font cache are global to the process, so only one chart is drawn at a time.
DRAWING = Lock()


@dataclass(frozen=True)
class Chart:
    """A chart: its title with the unit, its main column, and the function that draws it."""

    title: str
    column: str
    draw: Callable[[Axes, pd.DataFrame], None]


def svg(chart: Chart, history: pd.DataFrame) -> bytes:
    """Draw a chart of the history that ``wearables.web.board.history.read_history`` returns."""
    with DRAWING, mpl.rc_context(STYLE):
        figure = Figure(figsize=INCHES, layout="constrained")
        axes = figure.subplots()
        axes.set_title(chart.title)
        first, *_, last = date2num(history.metric_date)
        axes.set_xlim(first - 0.7, last + 0.7)
        locator = AutoDateLocator(minticks=3, maxticks=8)
        axes.xaxis.set_major_locator(locator)
        axes.xaxis.set_major_formatter(ConciseDateFormatter(locator, show_offset=False))
        if history[chart.column].notna().any():
            chart.draw(axes, history)
        else:
            axes.text(0.5, 0.5, "no values in this period", transform=axes.transAxes, ha="center", color=GREY)
            axes.set_yticks([])
        image = BytesIO()
        figure.savefig(image, format="svg", metadata={"Date": None})
    return image.getvalue()


def _legend(axes: Axes) -> None:
    """Add a legend in one line to the right of the title."""
    handles, labels = axes.get_legend_handles_labels()
    axes.legend(
        handles, labels, ncols=len(labels), loc="lower right", bbox_to_anchor=(1, 0.98), borderpad=0, handlelength=1.4
    )


def _recovery(axes: Axes, history: pd.DataFrame) -> None:
    days = history.dropna(subset="recovery")
    axes.bar(days.metric_date, days.recovery, width=0.85, color=list(days.recovery_zone.map(ZONES)))
    for limit in LIMITS:
        axes.axhline(limit, color=INK, linewidth=0.6, linestyle=":")
    axes.set_ylim(0, 100)
    axes.set_yticks([0, *LIMITS, 100])


def _with_baseline(metric: str, signal: str) -> Callable[[Axes, pd.DataFrame], None]:
    """Draw days as dots, 7-day means as a line, and a band of one SD around the baseline. Rings mark flagged days."""

    def draw(axes: Axes, history: pd.DataFrame) -> None:
        dates = history.metric_date
        low, high = history[f"{metric}_low"].astype(float), history[f"{metric}_high"].astype(float)
        axes.fill_between(dates, low, high, color=PALE, linewidth=0, label="usual ± 1 SD")
        if f"{metric}_7d" in history:
            axes.plot(dates, history[f"{metric}_7d"].astype(float), color=BLUE, linewidth=1.4, label="mean of 7 days")
        axes.plot(dates, history[metric].astype(float), "o", color=INK, markersize=2.4, label="day")
        flagged = history[[signal in signals for signals in history.signals]]
        axes.plot(flagged.metric_date, flagged[metric].astype(float), "o", **RING)
        _legend(axes)

    return draw


def _stages(axes: Axes, history: pd.DataFrame) -> None:
    bottom = pd.Series(0.0, index=history.index)
    stages = {
        "slow_wave_sleep": ("deep", BLUE, ""),
        "rem_sleep": ("REM", SKY, ""),
        "light_sleep": ("light", PALE, ""),
        "awake_time": ("awake", "#ffffff", "////"),
    }
    for column, (label, colour, hatch) in stages.items():
        hours = history[column].astype(float).fillna(0)
        axes.bar(history.metric_date, hours, bottom=bottom, color=colour, hatch=hatch, label=label, **STACKED)
        bottom += hours
    need = history.sleep_need.astype(float)
    axes.step(history.metric_date, need, where="mid", color=RED, linewidth=1.1, label="need")
    _legend(axes)


def _strain(axes: Axes, history: pd.DataFrame) -> None:
    for is_provisional, label, colour, hatch in (
        (False, "day", BLUE, ""),
        (True, "so far: the day has not ended", "#ffffff", "////"),
    ):
        days = history[history.is_provisional == is_provisional].dropna(subset="day_strain")
        if len(days):
            axes.bar(
                days.metric_date, days.day_strain, width=0.85, color=colour, edgecolor=BLUE, hatch=hatch, label=label
            )
    axes.set_ylim(0, 21)
    axes.set_yticks([0, 7, 14, 21])
    _legend(axes)


def _load(axes: Axes, history: pd.DataFrame) -> None:
    axes.bar(history.metric_date, history.zone_load.astype(float), width=0.85, color=SKY, label="day")
    axes.plot(
        history.metric_date, history.zone_load_7d.astype(float), color=BLUE, linewidth=1.4, label="mean of 7 days"
    )
    _legend(axes)


CHARTS = {
    "recovery": Chart("Recovery (%)", "recovery", _recovery),
    "heart-rate-variability": Chart(
        "HRV, RMSSD (ms)", "heart_rate_variability", _with_baseline("heart_rate_variability", "hrv_low")
    ),
    "resting-heart-rate": Chart(
        "Resting heart rate (bpm)",
        "resting_heart_rate",
        _with_baseline("resting_heart_rate", "resting_heart_rate_high"),
    ),
    "sleep": Chart("Sleep (h)", "hours_of_sleep", _with_baseline("hours_of_sleep", "sleep_short")),
    "respiratory-rate": Chart(
        "Respiratory rate (breaths per minute)",
        "respiratory_rate",
        _with_baseline("respiratory_rate", "respiratory_rate_high"),
    ),
    "sleep-stages": Chart("Sleep stages (h)", "light_sleep", _stages),
    "strain": Chart("Day strain (0 to 21)", "day_strain", _strain),
    "load": Chart("Zone load (zone minutes)", "zone_load", _load),
}
