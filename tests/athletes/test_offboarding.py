"""Offboarding revokes the grant and stops pulls. Erasure also deletes all data and keeps them from coming back."""

import datetime as dt
import shutil
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.factories import requested
from wearables.athletes import offboarding
from wearables.athletes.enrolment import enroll
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


def pulled_team(team: Make, **traits: Any) -> Any:
    """Return a team whose whole history has been pulled, with rows in every table."""
    squad = team(**{"athletes": 2, "days": 10} | traits)
    first = squad.athlete_ids[0]
    squad.world.patch(first, "cycle", squad.world.records[first, "cycle"][3].id, {"score": {"strain": 12.5}})
    squad.pull(**squad.all_days())
    squad.world.patch(first, "cycle", squad.world.records[first, "cycle"][3].id, {"score": {"strain": 11.5}})
    squad.world.delete(first, "workout", squad.world.records[first, "workout"][2].id)
    squad.pull(**squad.all_days())
    return squad


def tables_with(squad: Any, athlete_id: int) -> set[str]:
    """Return the tables with a row that contains the id in any column."""
    tables = squad.rows("""
        select namespaces.nspname || '.' || relations.relname
        from pg_class as relations
        inner join pg_namespace as namespaces on relations.relnamespace = namespaces.oid
        where relations.relkind in ('r', 'p', 'm')
        and namespaces.nspname !~ '^pg_' and namespaces.nspname <> 'information_schema'
    """)
    return {
        table
        for (table,) in tables
        if squad.rows(f"select 1 from {table} as known where known::text like %s limit 1", f"%{athlete_id}%")
    }


def rows_of_others(squad: Any, athlete_id: int) -> list[list[tuple]]:
    return [
        squad.rows(f"select * from {table} as known where athlete_id <> %s order by known::text", athlete_id)
        for table in ("raw.records", "analytics.metrics", "analytics.cycle_days", "vault.grants", "ops.slices")
    ]


def landed(folder: Path, athlete_id: int) -> list[Path]:
    """Return the files and folders whose path contains the athlete's id."""
    return sorted(path for path in folder.rglob("*") if str(athlete_id) in path.parts)


def test_offboarding_revokes_the_grant_keeps_the_data_and_stops_pulls(team: Make) -> None:
    squad = pulled_team(team)
    gone, kept = squad.athlete_ids
    records = squad.rows("select count(*) from raw.records")
    receipt = offboard("team", gone)
    assert (receipt.is_revoked, receipt.is_erased, dict(receipt.rows), receipt.landing_files) == (True, False, {}, 0)
    assert squad.world.grants.of(gone) == []
    assert squad.rows("select athlete_id from vault.grants") == [(kept,)]
    assert squad.rows("select grant_state from analytics.athletes where athlete_id = %s", gone) == [("offboarded",)]
    assert squad.rows("select count(*) from raw.records") == records
    squad.world.requests.clear()
    assert squad.pull(**squad.all_days())["skipped"] == 0
    assert requested(squad.world, athlete_id=gone) == []
    with pytest.raises(PermanentError, match="Unknown athlete"):
        squad.pull(**squad.all_days(), athletes=[gone])


def test_an_offboarded_athlete_can_be_enrolled_again(team: Make) -> None:
    squad = team(athletes=1, days=3)
    athlete_id = squad.athlete_ids[0]
    offboard("team", athlete_id)
    enroll("team", squad.world.consent(athlete_id).refresh_token)
    assert squad.rows("select grant_state from analytics.athletes") == [("active",)]


def test_an_expired_access_token_is_refreshed_before_it_is_revoked(team: Make) -> None:
    squad = team(athletes=1, days=3)
    squad.world.expire(squad.athlete_ids[0])
    assert offboard("team", squad.athlete_ids[0]).is_revoked
    assert squad.world.grants.of(squad.athlete_ids[0]) == []


def test_a_grant_that_whoop_has_already_ended_is_reported_as_such(team: Make) -> None:
    squad = team(athletes=1, days=3)
    squad.world.revoke(squad.athlete_ids[0])
    receipt = offboard("team", squad.athlete_ids[0])
    assert (receipt.is_revoked, receipt.revocation) == (False, offboarding.ENDED_BEFORE)
    again = offboard("team", squad.athlete_ids[0])
    assert (again.is_revoked, again.revocation) == (False, offboarding.NO_GRANT)


def test_an_athlete_without_an_active_membership_can_be_offboarded(team: Make) -> None:
    squad = team(athletes=1, days=3)
    squad.world.deactivate(squad.athlete_ids[0])
    receipt = offboard("team", squad.athlete_ids[0])
    assert (receipt.is_revoked, receipt.revocation) == (False, offboarding.NOT_CONFIRMED)
    assert squad.rows("select count(*) from vault.grants") == [(0,)]


def test_nothing_changes_while_whoop_is_unavailable(team: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    squad = pulled_team(team)
    monkeypatch.setattr("wearables.whoop.transport.LONGEST_BACKOFF_SECONDS", 0)
    before = squad.snapshot()
    squad.world.expire(squad.athlete_ids[0])
    squad.world.add_fault("status", times=5, collection="token")
    with pytest.raises(SourceUnavailable, match="Try again later"):
        offboard("team", squad.athlete_ids[0], erase=True)
    assert squad.snapshot() == before
    assert squad.rows("select count(*) from vault.grants") == [(2,)]
    assert offboard("team", squad.athlete_ids[0], erase=True).is_revoked


def test_erasure_leaves_only_the_tombstone(team: Make, tmp_path: Path) -> None:
    squad = pulled_team(team)
    gone, kept = squad.athlete_ids
    others, known = rows_of_others(squad, gone), tables_with(squad, gone)
    assert {"raw.records", "analytics.metrics", "ops.slices", "ops.runs", "vault.grants"} <= known
    was_file = [path.is_file() for path in landed(tmp_path, gone)]
    files_of_others = landed(tmp_path, kept)
    counts = {
        table: squad.rows(f"select count(*) from {table} where athlete_id = %s", gone) for table in known - {"ops.runs"}
    }
    receipt = offboard("team", gone, erase=True)
    assert tables_with(squad, gone) == {TOMBSTONE}
    assert rows_of_others(squad, gone) == others
    assert landed(tmp_path, gone) == []
    assert landed(tmp_path, kept) == files_of_others
    assert receipt.landing_files == sum(was_file) > 0
    # Offboarding deletes the grant before the erasure counts rows.
    assert {(table, receipt.rows[table]) for table in counts if table != "vault.grants"} == {
        (table, count) for table, [(count,)] in counts.items() if table != "vault.grants"
    }


def test_an_erased_athlete_does_not_come_back(team: Make, tmp_path: Path) -> None:
    squad = pulled_team(team)
    gone = squad.athlete_ids[0]
    shutil.copytree(tmp_path / "landing", tmp_path / "backup")
    runs = squad.rows("select run_id, chunks from ops.runs")
    slice_ = squad.rows("select * from ops.slices where athlete_id = %s limit 1", gone)[0]
    offboard("team", gone, erase=True)
    squad.pull(**squad.all_days())
    assert tables_with(squad, gone) == {TOMBSTONE}
    # Restore a backup of the landing zone, the roster and the pull log.
    shutil.rmtree(tmp_path / "landing")
    (tmp_path / "backup").rename(tmp_path / "landing")
    squad.rows("insert into ops.athletes values ('team', %s, 'Avery', 'Ashdown') returning 1", gone)
    assert gone not in {athlete.athlete_id for athlete in check_setup(squad.integration)}
    places = ", ".join(["%s"] * len(slice_))
    squad.rows(f"insert into ops.slices values ({places}) returning 1", *slice_)
    squad.rows("update ops.slices set state = 'landed' where athlete_id = %s returning 1", gone)
    for run_id, chunks in runs:
        for chunk in chunks:
            window = TimeRange(*map(dt.datetime.fromisoformat, chunk))
            stage(squad.integration, run_id, window)
    assert squad.rows("select 1 from raw.records where athlete_id = %s", gone) == []
    assert landed(tmp_path, gone) == []
    with pytest.raises(PermanentError, match="was erased from team and can only be enrolled by consenting again"):
        enroll("team", squad.world.consent(gone).refresh_token)
    assert squad.rows("select count(*) from vault.unclaimed_grants") == [(0,)]
    assert offboard("team", gone, erase=True).revocation == offboarding.NO_GRANT
    assert tables_with(squad, gone) == {TOMBSTONE}


@pytest.mark.parametrize(("module", "moment"), [(source_module, "fetch_slice"), (extract_module, "land")])
def test_a_running_pull_does_not_restore_an_erased_athlete(
    team: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, module: Any, moment: str
) -> None:
    squad = team(athletes=2, days=5)
    gone, kept = squad.athlete_ids
    run_id, chunks = squad.validate(**squad.all_days())
    original = getattr(module, moment)
    erased: list[Any] = []

    def erase_in_the_middle(*arguments: Any) -> Any:
        if not erased:
            erased.append(offboard("team", gone, erase=True))
        return original(*arguments)

    monkeypatch.setattr(module, moment, erase_in_the_middle)
    for chunk in chunks:
        extract(squad.integration, run_id, chunk)
        stage(squad.integration, run_id, chunk)
    assert erased
    assert tables_with(squad, gone) == {TOMBSTONE}
    assert landed(tmp_path, gone) == []
    assert squad.rows("select distinct athlete_id from raw.records") == [(kept,)]


def test_an_erasure_waits_for_transactions_that_write_about_the_athlete(team: Make) -> None:
    squad = team(athletes=1, days=3)
    gone = squad.athlete_ids[0]
    run_id, chunks = squad.validate(**squad.all_days())
    slice_ = Slice("team", run_id, chunks[0], gone, "cycle")
    erasure = threading.Thread(target=offboard, args=("team", gone), kwargs={"erase": True})
    with transaction(squad.engine) as connection:
        fail(connection, slice_, "no answer")
        erasure.start()
        while not squad.rows("select 1 from pg_stat_activity where wait_event_type = 'Lock'"):
            assert erasure.is_alive()
    erasure.join()
    assert tables_with(squad, gone) == {TOMBSTONE}


def test_an_offboarded_athlete_is_removed_from_the_plan_of_a_running_pull(team: Make) -> None:
    squad = team(athletes=2, days=5)
    gone = squad.athlete_ids[0]
    run_id, _ = squad.validate(**squad.all_days())
    offboard("team", gone)
    squad.pull(run_id=run_id, **squad.all_days())
    assert squad.rows("select state, cardinality(athletes) from ops.runs") == [("complete", 1)]


def test_an_athlete_who_never_consented_is_unknown(team: Make) -> None:
    squad = team(athletes=1, days=3)
    with pytest.raises(PermanentError, match="Unknown athlete 42"):
        offboard("team", 42, erase=True)
    with pytest.raises(PermanentError, match="There is no integration"):
        offboard("nosuch", squad.athlete_ids[0])
