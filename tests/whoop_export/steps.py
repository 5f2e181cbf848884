"""Run imports as the tasks do, and build small exports."""

import io
import uuid
import zipfile
from pathlib import Path
from typing import Any

from wearables.core.integrations import load_integration
from wearables.pipeline.check import check
from wearables.pipeline.transform import transform
from wearables.whoop_export.stage import stage
from wearables.whoop_export.validate import Import, validate

CYCLE = "Cycle start time,Cycle end time,Cycle timezone"
HEART = "Energy burned (cal),Max HR (bpm),Average HR (bpm)"
NIGHT = (
    "Sleep onset,Wake onset,Sleep performance %,Respiratory rate (rpm),Asleep duration (min),In bed duration (min),"
    "Light sleep duration (min),Deep (SWS) duration (min),REM duration (min),Awake duration (min),Sleep need (min),"
    "Sleep debt (min),Sleep efficiency %,Sleep consistency %"
)
CYCLES_HEADER = (
    f"{CYCLE},Recovery score %,Resting heart rate (bpm),Heart rate variability (ms),Skin temp (celsius),"
    f"Blood oxygen %,Day Strain,{HEART},{NIGHT}"
)
SLEEPS_HEADER = f"{CYCLE},{NIGHT},Nap"
WORKOUTS_HEADER = (
    f"{CYCLE},Workout start time,Workout end time,Duration (min),Activity name,Activity Strain,{HEART},HR Zone 1 %,"
    "HR Zone 2 %,HR Zone 3 %,HR Zone 4 %,HR Zone 5 %,GPS enabled"
)
JOURNAL_HEADER = f"{CYCLE},Question text,Answered yes,Notes"
DAY = "2026-03-01 23:10:05,2026-03-02 22:30:00,UTC+01:00"
NIGHT_CELLS = "2026-03-01 23:10:05,2026-03-02 07:00:00,84,15.3,420,450,220,100,100,30,480,20,93,70"
CYCLE_ROW = f"{DAY},66,52,71,33.51,96.25,12.3,2150,171,64,{NIGHT_CELLS}"
SLEEP_ROW = f"{DAY},{NIGHT_CELLS},false"
WORKOUT_ROW = f"{DAY},2026-03-02 17:00:00,2026-03-02 18:00:00,60,Running,9.8,640,180,150,10,20,30,20,10,false"
JOURNAL_ROW = f"{DAY},Have any caffeine? ,true,two cups"
LISTED = {"survey_questions": '["Have any caffeine?", "Feeling sick or ill?"]'}

Files = dict[str, str | bytes]


def files(**changes: str | bytes | None) -> Files:
    """Return the four files of one day; a change replaces a file's text, None leaves the file out."""
    made: dict[str, str | bytes | None] = {
        "physiological_cycles": f"{CYCLES_HEADER}\n{CYCLE_ROW}\n",
        "sleeps": f"{SLEEPS_HEADER}\n{SLEEP_ROW}\n",
        "workouts": f"{WORKOUTS_HEADER}\n{WORKOUT_ROW}\n",
        "journal_entries": f"{JOURNAL_HEADER}\n{JOURNAL_ROW}\n",
    } | changes
    return {f"{name}.csv": text for name, text in made.items() if text is not None}


def pack(made: Files) -> bytes:
    """Return the files as a ZIP."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in made.items():
            archive.writestr(name, text)
    return packed.getvalue()


def unpack(packed: bytes) -> dict[str, str]:
    """Return the files of a ZIP as text."""
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist()}


class Importer:
    """Import exports into a Team, step by step as the tasks do."""

    def __init__(self, team: Any, folder: Path) -> None:
        self.team = team
        self._folder = folder

    def put(self, packed: bytes) -> str:
        """Save a file and return its URL."""
        path = self._folder / f"{uuid.uuid4()}.zip"
        path.write_bytes(packed)
        return path.as_uri()

    def drop(self, packed: bytes, athlete_id: int | None = None) -> str:
        """Save a file in the drop folder of an athlete, by default the first, and return its URL."""
        folder = self._folder.parent / "landing" / "team" / "inbox" / "exports"
        path = folder / str(athlete_id or self.team.athlete_ids[0]) / f"{uuid.uuid4()}.zip"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(packed)
        return path.as_uri()

    def validate(self, packed: bytes, athlete_id: int | None = None) -> Import:
        return validate(
            self.team.name, athlete_id or self.team.athlete_ids[0], self.put(packed), f"manual__{uuid.uuid4()}"
        )

    def run(self, packed: bytes, athlete_id: int | None = None) -> dict[str, int]:
        """Run all steps; return the counts of staged records."""
        wanted = self.validate(packed, athlete_id)
        counts = stage(wanted)
        transform(load_integration(self.team.name), wanted.run_id)
        check(load_integration(self.team.name), wanted.run_id)
        return counts

    def values(self) -> dict[tuple, tuple]:
        """Return value and source by athlete, date and metric, without survey metrics."""
        rows = self.team.rows(
            "select athlete_id, metric_date::text, metric, value, source from analytics.metrics "
            "where metric not like 'survey.%%'"
        )
        return {row[:3]: row[3:] for row in rows}


def values(importer: Importer) -> dict[tuple[str, str], float]:
    """Return the values of a team with one athlete, by date and metric."""
    return {key[1:]: value for key, (value, _) in importer.values().items()}


def cycles(*rows: str) -> str:
    """Return the text of physiological_cycles.csv with these rows."""
    return "\n".join([CYCLES_HEADER, *rows, ""])
