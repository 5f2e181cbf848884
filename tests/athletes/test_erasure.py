"""Erasure deletes all of an athlete's data and prevents their restoration."""

import shutil
import threading
from pathlib import Path
from typing import Any

import pytest

from tests.athletes.factories import TOMBSTONE, Make, landed, pulled_team, tables_with
from wearables.athletes import offboarding
from wearables.athletes.enrolment import enrol
from wearables.athletes.offboarding import offboard
from wearables.core.errors import PermanentError
from wearables.core.warehouse import transaction
from wearables.pipeline import extraction as extraction_module
from wearables.pipeline.batches import Batch
from wearables.pipeline.extract import extract
from wearables.pipeline.plan import chunks_of, read_plan
from wearables.pipeline.slices import Slice, fail
from wearables.pipeline.stage import stage
from wearables.pipeline.validate import check_setup
from wearables.whoop import source as source_module


def rows_of_others(team: Any, athlete_id: int) -> list[list[tuple]]:
    return [
        team.rows(f"select * from {table} as each where athlete_id <> %s order by each::text", athlete_id)
        for table in ("raw.records", "analytics.days", "analytics.cycle_days", "vault.grants", "ops.slices")
    ]


def test_erasure_leaves_only_the_tombstone(make_team: Make, tmp_path: Path) -> None:
    team = pulled_team(make_team)
    gone, kept = team.athlete_ids
    others, erased_from = rows_of_others(team, gone), tables_with(team, gone)
    assert {"raw.records", "analytics.days", "ops.slices", "ops.watermarks", "vault.grants"} <= erased_from
    was_file = [path.is_file() for path in landed(tmp_path, gone)]
    files_of_others = landed(tmp_path, kept)
    counts = {table: team.rows(f"select count(*) from {table} where athlete_id = %s", gone) for table in erased_from}
    receipt = offboard("team", gone, erase=True)
    assert tables_with(team, gone) == {TOMBSTONE}
    assert rows_of_others(team, gone) == others
    assert landed(tmp_path, gone) == []
    assert landed(tmp_path, kept) == files_of_others
    assert receipt.landing_files == sum(was_file) > 0
    # Offboarding deletes the grant before the erasure counts rows.
    assert {(table, receipt.rows[table]) for table in counts if table != "vault.grants"} == {
        (table, count) for table, [(count,)] in counts.items() if table != "vault.grants"
    }


def test_an_erased_athlete_does_not_come_back(make_team: Make, tmp_path: Path) -> None:
    team = pulled_team(make_team)
    gone = team.athlete_ids[0]
    shutil.copytree(tmp_path / "landing", tmp_path / "backup")
    runs = team.rows("select run_id from ops.runs")
    slice_ = team.rows("select * from ops.slices where athlete_id = %s limit 1", gone)[0]
    offboard("team", gone, erase=True)
    team.pull(**team.all_days())
    assert tables_with(team, gone) == {TOMBSTONE}
    # Restore a backup of the landing zone, the roster and the pull log.
    shutil.rmtree(tmp_path / "landing")
    (tmp_path / "backup").rename(tmp_path / "landing")
    team.rows("insert into ops.athletes values ('team', %s, 'Avery', 'Ashdown') returning 1", gone)
    assert gone not in {athlete.athlete_id for athlete in check_setup(team.integration)}
    places = ", ".join(["%s"] * len(slice_))
    team.rows(f"insert into ops.slices values ({places}) returning 1", *slice_)
    team.rows("update ops.slices set state = 'landed' where athlete_id = %s returning 1", gone)
    for (run_id,) in runs:
        with transaction(team.engine) as connection:
            chunks = chunks_of(connection, read_plan(connection, "team", run_id))
        for chunk in chunks:
            stage(team.integration, run_id, Batch(chunk.number, chunk.number, chunk.period))
    assert team.rows("select 1 from raw.records where athlete_id = %s", gone) == []
    assert landed(tmp_path, gone) == []
    with pytest.raises(PermanentError, match="was erased from team and must consent again to be enrolled"):
        enrol("team", team.world.consent(gone).refresh_token)
    assert team.rows("select count(*) from vault.unclaimed_grants") == [(0,)]
    assert offboard("team", gone, erase=True).revocation == offboarding.NO_GRANT
    assert tables_with(team, gone) == {TOMBSTONE}


@pytest.mark.parametrize(("module", "moment"), [(source_module, "fetch_slice"), (extraction_module, "land")])
def test_a_running_pull_does_not_restore_an_erased_athlete(
    make_team: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, module: Any, moment: str
) -> None:
    team = make_team(athletes=2, days=5)
    gone, kept = team.athlete_ids
    run_id, chunks = team.validate(**team.all_days())
    original = getattr(module, moment)
    erased: list[Any] = []

    def erase_in_the_middle(*arguments: Any) -> Any:
        if not erased:
            erased.append(offboard("team", gone, erase=True))
        return original(*arguments)

    monkeypatch.setattr(module, moment, erase_in_the_middle)
    for chunk in chunks:
        extract(team.integration, run_id, chunk)
        stage(team.integration, run_id, chunk)
    assert erased
    assert tables_with(team, gone) == {TOMBSTONE}
    assert landed(tmp_path, gone) == []
    assert team.rows("select distinct athlete_id from raw.records") == [(kept,)]


def test_an_erasure_waits_for_transactions_that_write_about_the_athlete(make_team: Make) -> None:
    team = make_team(athletes=1, days=3)
    gone = team.athlete_ids[0]
    run_id, chunks = team.validate(**team.all_days())
    slice_ = Slice("team", run_id, chunks[0].period, gone, "cycle")
    erasure = threading.Thread(target=offboard, args=("team", gone), kwargs={"erase": True})
    with transaction(team.engine) as connection:
        fail(connection, slice_, "no answer", "failed")
        erasure.start()
        while not team.rows("select 1 from pg_stat_activity where wait_event_type = 'Lock'"):
            assert erasure.is_alive()
    erasure.join()
    assert tables_with(team, gone) == {TOMBSTONE}
