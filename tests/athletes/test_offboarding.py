"""Offboarding revokes the grant and stops pulls. Erasure also deletes all data and prevents their restoration."""

import datetime as dt
import shutil
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.factories import requested
from wearables.athletes import offboarding
from wearables.athletes.enrolment import enrol
from wearables.athletes.offboarding import offboard
from wearables.core.errors import PermanentError, SourceUnavailable
from wearables.core.warehouse import transaction
from wearables.core.windows import TimeRange
from wearables.pipeline import extract as extract_module
from wearables.pipeline.extract import extract
from wearables.pipeline.slices import Slice, fail
from wearables.pipeline.stage import stage
from wearables.pipeline.validate import check_setup
from wearables.whoop import source as source_module

Make = Callable[..., Any]
TOMBSTONE = "ops.erased_athletes"


def pulled_team(make_team: Make, **traits: Any) -> Any:
    """Return a team whose whole history has been pulled, with rows in every table."""
    team = make_team(**{"athletes": 2, "days": 10} | traits)
    first = team.athlete_ids[0]
    team.world.patch(first, "cycle", team.world.records[first, "cycle"][3].id, {"score": {"strain": 12.5}})
    team.pull(**team.all_days())
    team.world.patch(first, "cycle", team.world.records[first, "cycle"][3].id, {"score": {"strain": 11.5}})
    team.world.delete(first, "workout", team.world.records[first, "workout"][2].id)
    team.pull(**team.all_days())
    return team


def tables_with(team: Any, athlete_id: int) -> set[str]:
    """Return the tables with a row that contains the id in any column."""
    tables = team.rows("""
        select namespaces.nspname || '.' || relations.relname
        from pg_class as relations
        inner join pg_namespace as namespaces on relations.relnamespace = namespaces.oid
        where relations.relkind in ('r', 'p', 'm')
        and namespaces.nspname !~ '^pg_' and namespaces.nspname <> 'information_schema'
    """)
    return {
        table
        for (table,) in tables
        if team.rows(f"select 1 from {table} as each where each::text like %s limit 1", f"%{athlete_id}%")
    }


def rows_of_others(team: Any, athlete_id: int) -> list[list[tuple]]:
    return [
        team.rows(f"select * from {table} as each where athlete_id <> %s order by each::text", athlete_id)
        for table in ("raw.records", "analytics.metrics", "analytics.cycle_days", "vault.grants", "ops.slices")
    ]


def landed(folder: Path, athlete_id: int) -> list[Path]:
    """Return the files and folders whose path contains the athlete's id."""
    return sorted(path for path in folder.rglob("*") if str(athlete_id) in path.parts)


def test_offboarding_revokes_the_grant_keeps_the_data_and_stops_pulls(make_team: Make) -> None:
    team = pulled_team(make_team)
    gone, kept = team.athlete_ids
    records = team.rows("select count(*) from raw.records")
    receipt = offboard("team", gone)
    assert (receipt.is_revoked, receipt.is_erased, dict(receipt.rows), receipt.landing_files) == (True, False, {}, 0)
    assert team.world.grants.of(gone) == []
    assert team.rows("select athlete_id from vault.grants") == [(kept,)]
    assert team.rows("select grant_state from analytics.athletes where athlete_id = %s", gone) == [("offboarded",)]
    assert team.rows("select count(*) from raw.records") == records
    team.world.requests.clear()
    assert team.pull(**team.all_days())["skipped"] == 0
    assert requested(team.world, athlete_id=gone) == []
    with pytest.raises(PermanentError, match="Unknown athlete"):
        team.pull(**team.all_days(), athletes=[gone])


def test_an_offboarded_athlete_can_be_enrolled_again(make_team: Make) -> None:
    team = make_team(athletes=1, days=3)
    athlete_id = team.athlete_ids[0]
    offboard("team", athlete_id)
    enrol("team", team.world.consent(athlete_id).refresh_token)
    assert team.rows("select grant_state from analytics.athletes") == [("active",)]


def test_an_expired_access_token_is_refreshed_before_it_is_revoked(make_team: Make) -> None:
    team = make_team(athletes=1, days=3)
    team.world.expire(team.athlete_ids[0])
    assert offboard("team", team.athlete_ids[0]).is_revoked
    assert team.world.grants.of(team.athlete_ids[0]) == []


def test_a_grant_that_whoop_has_already_ended_is_reported_as_such(make_team: Make) -> None:
    team = make_team(athletes=1, days=3)
    team.world.revoke(team.athlete_ids[0])
    receipt = offboard("team", team.athlete_ids[0])
    assert (receipt.is_revoked, receipt.revocation) == (False, offboarding.ENDED_BEFORE)
    again = offboard("team", team.athlete_ids[0])
    assert (again.is_revoked, again.revocation) == (False, offboarding.NO_GRANT)


def test_an_athlete_without_an_active_membership_can_be_offboarded(make_team: Make) -> None:
    team = make_team(athletes=1, days=3)
    team.world.deactivate(team.athlete_ids[0])
    receipt = offboard("team", team.athlete_ids[0])
    assert (receipt.is_revoked, receipt.revocation) == (False, offboarding.NOT_CONFIRMED)
    assert team.rows("select count(*) from vault.grants") == [(0,)]


def test_nothing_changes_while_whoop_is_unavailable(make_team: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    team = pulled_team(make_team)
    monkeypatch.setattr("wearables.whoop.transport.LONGEST_BACKOFF_SECONDS", 0)
    before = team.snapshot()
    team.world.expire(team.athlete_ids[0])
    team.world.add_fault("status", times=5, collection="token")
    with pytest.raises(SourceUnavailable, match="Try again later"):
        offboard("team", team.athlete_ids[0], erase=True)
    assert team.snapshot() == before
    assert team.rows("select count(*) from vault.grants") == [(2,)]
    assert offboard("team", team.athlete_ids[0], erase=True).is_revoked


def test_erasure_leaves_only_the_tombstone(make_team: Make, tmp_path: Path) -> None:
    team = pulled_team(make_team)
    gone, kept = team.athlete_ids
    others, erased_from = rows_of_others(team, gone), tables_with(team, gone)
    assert {"raw.records", "analytics.metrics", "ops.slices", "ops.runs", "vault.grants"} <= erased_from
    was_file = [path.is_file() for path in landed(tmp_path, gone)]
    files_of_others = landed(tmp_path, kept)
    counts = {
        table: team.rows(f"select count(*) from {table} where athlete_id = %s", gone)
        for table in erased_from - {"ops.runs"}
    }
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
    runs = team.rows("select run_id, chunks from ops.runs")
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
    for run_id, chunks in runs:
        for chunk in chunks:
            window = TimeRange(*map(dt.datetime.fromisoformat, chunk))
            stage(team.integration, run_id, window)
    assert team.rows("select 1 from raw.records where athlete_id = %s", gone) == []
    assert landed(tmp_path, gone) == []
    with pytest.raises(PermanentError, match="was erased from team and must consent again to be enrolled"):
        enrol("team", team.world.consent(gone).refresh_token)
    assert team.rows("select count(*) from vault.unclaimed_grants") == [(0,)]
    assert offboard("team", gone, erase=True).revocation == offboarding.NO_GRANT
    assert tables_with(team, gone) == {TOMBSTONE}


@pytest.mark.parametrize(("module", "moment"), [(source_module, "fetch_slice"), (extract_module, "land")])
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
    slice_ = Slice("team", run_id, chunks[0], gone, "cycle")
    erasure = threading.Thread(target=offboard, args=("team", gone), kwargs={"erase": True})
    with transaction(team.engine) as connection:
        fail(connection, slice_, "no answer")
        erasure.start()
        while not team.rows("select 1 from pg_stat_activity where wait_event_type = 'Lock'"):
            assert erasure.is_alive()
    erasure.join()
    assert tables_with(team, gone) == {TOMBSTONE}


def test_an_offboarded_athlete_is_removed_from_the_plan_of_a_running_pull(make_team: Make) -> None:
    team = make_team(athletes=2, days=5)
    gone = team.athlete_ids[0]
    run_id, _ = team.validate(**team.all_days())
    offboard("team", gone)
    team.pull(run_id=run_id, **team.all_days())
    assert team.rows("select state, cardinality(athletes) from ops.runs") == [("complete", 1)]


def test_an_athlete_who_never_consented_is_unknown(make_team: Make) -> None:
    team = make_team(athletes=1, days=3)
    with pytest.raises(PermanentError, match="Unknown athlete 42"):
        offboard("team", 42, erase=True)
    with pytest.raises(PermanentError, match="There is no integration"):
        offboard("nosuch", team.athlete_ids[0])
