"""An athlete's data export as WHOOP sends it by email: a ZIP of four CSV files, newest rows first, values rounded."""

import csv
import io
import random
import zipfile
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from wearables_dev.sandbox.expected_metrics import LinkedRecords, local, moment
from wearables_dev.sandbox.export_columns import GPS, HEADERS, NIGHT
from wearables_dev.sandbox.world import COLLECTIONS, World

Payload = Mapping[str, Any]
Cells = list[Any]
# Some of WHOOP's questions end with a space.
QUESTIONS = (
    "Have any caffeine? ",
    "Have any alcoholic drinks?",
    "Read (non-screened device) while in bed?",
    "Feeling sick or ill? ",
    "Share your bed?",
    "Wear an eye mask?",
    "Take a magnesium supplement?",
)
NOTES = ("Two espressos", "Away game", "")
ANSWER_ODDS = 0.8
KILOJOULES = 4.184
MINUTE_MS = 60_000


def export(world: World, athlete_id: int, has_gps: bool = False) -> bytes:
    """Return the ZIP. With ``has_gps``, workouts have three more columns, as in exports of 2024 and 2025."""
    files = _Files(world, athlete_id, has_gps).write()
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, rows in files.items():
            text = io.StringIO()
            csv.writer(text, lineterminator="\n").writerows(rows)
            # ZipInfo's fixed timestamp makes the bytes reproducible.
            archive.writestr(zipfile.ZipInfo(name), text.getvalue(), zipfile.ZIP_DEFLATED)
    return packed.getvalue()


class _Files:
    def __init__(self, world: World, athlete_id: int, has_gps: bool) -> None:
        self._records = {name: [each.payload for each in world.records[athlete_id, name]] for name in COLLECTIONS}
        self._linked = LinkedRecords(self._records)
        self._cycles = {cycle["id"]: cycle for cycle in self._records["cycle"]}
        self._recoveries = {recovery["cycle_id"]: recovery for recovery in self._records["recovery"]}
        self._rng = random.Random(f"{world.seed}/{athlete_id}/journal")  # noqa: S311 - invented data
        self._has_gps = has_gps

    def write(self) -> dict[str, list[Cells]]:
        """Return the rows of each file, the header first."""
        rows: dict[str, Callable[[], Iterator[Cells]]] = {
            "physiological_cycles.csv": self._days,
            "sleeps.csv": self._sleeps,
            "workouts.csv": self._workouts,
            "journal_entries.csv": self._journal,
        }
        return {name: [self._header(name), *rows[name]()] for name in HEADERS}

    def _header(self, name: str) -> Cells:
        return [title for title in HEADERS[name] if self._has_gps or title not in GPS]

    def _days(self) -> Iterator[Cells]:
        for cycle in self._records["cycle"]:
            score = _score(cycle) if cycle.get("end") else {}
            recovery = _score(self._recoveries.get(cycle["id"]))
            yield [
                *_cycle(cycle),
                *_rounded(recovery, recovery_score=0, resting_heart_rate=0, hrv_rmssd_milli=0),
                *_rounded(recovery, skin_temp_celsius=2, spo2_percentage=2),
                *_rounded(score, strain=1),
                *_heart(score),
                *_night(self._linked.main_sleep(cycle), cycle),
            ]

    def _sleeps(self) -> Iterator[Cells]:
        for sleep in self._records["sleep"]:
            cycle = self._cycles.get(self._linked.cycle_of(sleep)) or self._cycle_at(sleep["start"])
            yield [*_cycle(cycle), *_night(sleep, cycle), _boolean(sleep["nap"])]

    def _workouts(self) -> Iterator[Cells]:
        for workout in self._records["workout"]:
            cycle = self._cycle_at(workout["start"])
            score = _score(workout)
            seconds = (moment(workout["end"]) - moment(workout["start"])).total_seconds()
            durations = score.get("zone_durations", {})
            shares = [durations.get(f"zone_{name}_milli") for name in ("one", "two", "three", "four", "five")]
            yield [
                *_cycle(cycle),
                _clock(workout["start"], cycle),
                _clock(workout["end"], cycle),
                round(seconds / 60),
                workout["sport_name"].capitalize(),
                *_rounded(score, strain=1),
                *_heart(score),
                *["" if share is None else round(share / seconds / 10) for share in shares],
                _boolean(score.get("distance_meter") is not None),
                *(self._gps(score) if self._has_gps else []),
            ]

    def _gps(self, score: Payload) -> Cells:
        return _rounded(score, distance_meter=1, altitude_gain_meter=1, altitude_change_meter=1)

    def _journal(self) -> Iterator[Cells]:
        for cycle in self._records["cycle"]:
            for question in QUESTIONS:
                if self._rng.random() < ANSWER_ODDS:
                    answer, note = self._rng.random() < 0.5, self._rng.choice(NOTES)
                    yield [*_cycle(cycle), question, _boolean(answer), note]

    def _cycle_at(self, start: str) -> Payload:
        begun = [cycle for cycle in self._records["cycle"] if moment(cycle["start"]) <= moment(start)]
        return max(begun, key=lambda cycle: cycle["start"], default=self._records["cycle"][-1])


def _score(record: Payload | None) -> Payload:
    return record["score"] if record and record["score_state"] == "SCORED" else {}


def _cycle(cycle: Payload) -> Cells:
    offset = cycle["timezone_offset"]
    return [_clock(cycle["start"], cycle), _clock(cycle.get("end"), cycle), f"UTC{offset}"]


def _clock(text: str | None, cycle: Payload) -> str:
    """Return a time in the cycle's time zone, in whole seconds, or an empty string without a time."""
    if not text:
        return ""
    return local(text, cycle["timezone_offset"]).replace(tzinfo=None).isoformat(sep=" ", timespec="seconds")


def _rounded(score: Payload, **decimals: int) -> Cells:
    return ["" if score.get(name) is None else f"{score[name]:.{places}f}" for name, places in decimals.items()]


def _heart(score: Payload) -> Cells:
    kilojoules = score.get("kilojoule")
    energy = "" if kilojoules is None else round(kilojoules / KILOJOULES)
    return [energy, *_rounded(score, max_heart_rate=0, average_heart_rate=0)]


def _night(sleep: Payload | None, cycle: Payload) -> Cells:
    if sleep is None:
        return [""] * len(NIGHT)
    times = [_clock(sleep["start"], cycle), _clock(sleep["end"], cycle)]
    score = _score(sleep)
    if not score:
        return times + [""] * (len(NIGHT) - len(times))
    stages = score["stage_summary"]
    light, deep, rem = (
        round(stages[f"total_{stage}_sleep_time_milli"] / MINUTE_MS) for stage in ("light", "slow_wave", "rem")
    )
    needed = score["sleep_needed"]
    return [
        *times,
        *_rounded(score, sleep_performance_percentage=0, respiratory_rate=1),
        light + deep + rem,
        round(stages["total_in_bed_time_milli"] / MINUTE_MS),
        light,
        deep,
        rem,
        round(stages["total_awake_time_milli"] / MINUTE_MS),
        round(sum(needed.values()) / MINUTE_MS),
        round(needed["need_from_sleep_debt_milli"] / MINUTE_MS),
        *_rounded(score, sleep_efficiency_percentage=0, sleep_consistency_percentage=0),
    ]


def _boolean(value: bool) -> str:
    return "true" if value else "false"
