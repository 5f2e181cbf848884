"""A scheduled run asks each athlete, for each collection, for what no complete answer covers yet."""

import datetime as dt
import re
from typing import Any

import pytest

from tests.factories import Team, requested
from wearables.athletes.enrolment import enrol
from wearables.core.errors import PermanentError, RunFailed, SourceUnavailable
from wearables.pipeline.check import check
from wearables.pipeline.extract import extract
from wearables.pipeline.repair import pull_missing
from wearables.pipeline.stage import stage
from wearables.pipeline.transform import transform, transform_before_catch_up
from wearables.whoop import transport

DAY = dt.timedelta(days=1)
NOW = dt.datetime.now(dt.UTC)
OUTAGE: dict[str, Any] = {"status": 503, "times": 1_000_000}


@pytest.fixture(autouse=True)
def retry_without_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "LONGEST_BACKOFF_SECONDS", 0.01)


def scheduled(team: Team, run_id: str | None = None) -> dict[str, int]:
    """Run all steps of a scheduled pull and return the counts of ``check``."""
    return team.pull(run_id, run_type="scheduled")


def forget(team: Team, athlete_id: int, days: int, until: int = 0) -> None:
    """Remove the period between ``days`` and ``until`` days ago from the athlete's watermarks."""
    team.rows(
        "update ops.watermarks set covered = covered - tstzmultirange(tstzrange(%s, %s)) where athlete_id = %s "
        "returning 1",
        NOW - days * DAY,
        NOW - until * DAY + dt.timedelta(hours=1),
        athlete_id,
    )


def asked_from(team: Team, athlete_id: int) -> dt.datetime:
    """Return the earliest time for which WHOOP was asked about the athlete."""
    queries = [each["query"] for each in requested(team.world, athlete_id=athlete_id)]
    return min(dt.datetime.fromisoformat(query["start"]) for query in queries if "start" in query)


def consent_again(team: Team, athlete_id: int) -> None:
    enrol(team.name, team.world.consent(athlete_id).refresh_token)


def states(team: Team, run_id: str) -> dict[tuple[int, str], int]:
    rows = team.rows("select athlete_id, state, count(*) from ops.slices where run_id = %s group by 1, 2", run_id)
    return {(athlete_id, state): count for athlete_id, state, count in rows}


def test_the_first_scheduled_pull_reaches_back_to_the_start_date(make_team: Any) -> None:
    team = make_team({"start_date": str((NOW - 60 * DAY).date())}, days=40)
    scheduled(team)
    assert asked_from(team, team.athlete_ids[0]).date() == (NOW - 60 * DAY).date()
    assert team.metrics() == team.expected_metrics()


def test_an_athlete_who_enrols_later_gets_the_history_since_the_start_date(make_team: Any) -> None:
    team = make_team({"start_date": str((NOW - 60 * DAY).date())}, days=40)
    late, early = team.athlete_ids
    scheduled(team)
    team.rows("delete from ops.watermarks where athlete_id = %s returning 1", late)
    team.world.requests.clear()
    scheduled(team)
    assert asked_from(team, late).date() == (NOW - 60 * DAY).date()
    assert asked_from(team, early) > NOW - 8 * DAY


def test_an_athlete_who_was_out_for_weeks_is_caught_up_and_nobody_else_is_asked_for_more(make_team: Any) -> None:
    team = make_team({"start_date": str((NOW - 60 * DAY).date())}, days=40)
    out, well = team.athlete_ids
    scheduled(team)
    forget(team, out, days=21)
    team.world.requests.clear()
    run_id, chunks = team.validate(run_type="scheduled")
    assert [(batch.first_chunk, batch.last_chunk) for batch in chunks] == [(0, 0), (1, 1)]
    scheduled(team, run_id)
    assert NOW - 29 * DAY < asked_from(team, out) < NOW - 27 * DAY
    assert asked_from(team, well) > NOW - 8 * DAY


def test_a_gap_between_complete_answers_is_closed(make_team: Any) -> None:
    team = make_team({"start_date": str((NOW - 60 * DAY).date())}, days=40)
    scheduled(team)
    forget(team, team.athlete_ids[0], days=40, until=30)
    team.world.requests.clear()
    scheduled(team)
    assert NOW - 48 * DAY < asked_from(team, team.athlete_ids[0]) < NOW - 46 * DAY
    is_whole = "covered = range_merge(covered)::tstzmultirange"
    covered = team.rows(f"select distinct lower(covered)::date, {is_whole} from ops.watermarks")
    assert covered == [((NOW - 60 * DAY).date(), True)]


def test_a_failed_slice_leaves_a_gap_that_the_next_scheduled_run_closes(make_team: Any) -> None:
    team = make_team({"start_date": str((NOW - 50 * DAY).date())}, days=40)
    failing = team.athlete_ids[0]
    team.world.add_fault("status", athlete_id=failing, collection="sleep", **OUTAGE)
    with pytest.raises(RunFailed, match=f"athlete {failing}: 3 of 12 slices are missing"):
        scheduled(team)
    team.world.faults.clear()
    team.world.requests.clear()
    scheduled(team)
    assert team.metrics() == team.expected_metrics()
    old = [each for each in requested(team.world) if each["query"]["start"] < (NOW - 9 * DAY).isoformat()]
    assert {(each["athlete_id"], each["path"]) for each in old} == {(failing, "/developer/v2/activity/sleep")}


def test_a_start_date_in_the_future_is_rejected(make_team: Any) -> None:
    team = make_team({"start_date": str((NOW + 3 * DAY).date())}, days=3)
    with pytest.raises(PermanentError, match=r"start_date .* is in the future"):
        team.validate(run_type="scheduled")


def test_a_run_that_can_ask_nobody_fails_with_the_reasons_and_moves_no_watermark(make_team: Any) -> None:
    team = make_team(days=5)
    scheduled(team)
    before = team.rows("select * from ops.watermarks order by 1, 2, 3")
    for athlete_id in team.athlete_ids:
        team.world.revoke(athlete_id)
    with pytest.raises(RunFailed):
        scheduled(team)
    with pytest.raises(PermanentError, match=f"No athlete can be asked.*{team.athlete_ids[0]}.*consent"):
        scheduled(team)
    assert team.rows("select * from ops.watermarks order by 1, 2, 3") == before


def test_older_days_for_which_the_budget_is_too_small_are_deferred_and_the_next_run_continues(make_team: Any) -> None:
    team = make_team({"start_date": str((NOW - 60 * DAY).date())}, days=40)
    run_id, chunks = team.validate(run_type="scheduled")
    extract(team.integration, run_id, chunks[0])
    team.rows("update ops.request_budgets set limits = '{\"86400\": 10}' returning 1")
    for chunk in chunks[1:]:
        extract(team.integration, run_id, chunk)
    for chunk in chunks:
        stage(team.integration, run_id, chunk)
    transform(team.integration, run_id)
    counts = check(team.integration, run_id)
    assert (counts["staged"], counts["deferred"]) == (8, 8 * chunks[-1].last_chunk)
    team.rows("update ops.request_budgets set limits = '{\"60\": 1000}' returning 1")
    scheduled(team)
    assert team.metrics() == team.expected_metrics()


def test_clearing_the_run_repairs_it_after_an_athlete_has_consented_again(make_team: Any) -> None:
    team = make_team(days=20)
    lost = team.athlete_ids[0]
    team.world.revoke(lost)
    run_id, _ = team.validate(**team.all_days())
    with pytest.raises(RunFailed, match=f"athlete {lost}"):
        team.pull(run_id, **team.all_days())
    consent_again(team, lost)
    team.world.requests.clear()
    assert team.pull(run_id, **team.all_days())["skipped"] == 0
    assert {each["athlete_id"] for each in requested(team.world)} == {lost}
    assert team.metrics() == team.expected_metrics()


def test_clearing_the_run_adds_an_athlete_whom_it_had_skipped(make_team: Any) -> None:
    team = make_team(days=20)
    lost = team.athlete_ids[0]
    team.world.revoke(lost)
    with pytest.raises(RunFailed):
        team.pull()
    run_id, _ = team.validate(**team.all_days())
    assert team.pull(run_id, **team.all_days())["skipped"] == 4
    consent_again(team, lost)
    assert team.pull(run_id, **team.all_days())["skipped"] == 0
    assert team.metrics() == team.expected_metrics()


def test_a_cleared_check_pulls_what_is_missing_and_never_repeats_an_outdated_reason(make_team: Any) -> None:
    team = make_team(days=20)
    lost = team.athlete_ids[0]
    team.world.revoke(lost)
    run_id, _ = team.validate(**team.all_days())
    with pytest.raises(RunFailed):
        team.pull(run_id, **team.all_days())
    pull_missing(team.integration, run_id)
    with pytest.raises(RunFailed, match=f"athlete {lost}.*consent"):
        check(team.integration, run_id)
    consent_again(team, lost)
    pull_missing(team.integration, run_id)
    assert check(team.integration, run_id)["skipped"] == 0
    assert team.metrics() == team.expected_metrics()


def test_if_whoop_answers_nobody_extract_is_retried_and_a_retry_completes_the_pull(make_team: Any) -> None:
    team = make_team(days=20)
    run_id, chunks = team.validate(**team.all_days())
    team.world.add_fault("status", **OUTAGE)
    with pytest.raises(SourceUnavailable):
        extract(team.integration, run_id, chunks[0])
    team.world.faults.clear()
    assert team.pull(run_id, **team.all_days())["staged"]
    assert team.metrics() == team.expected_metrics()


def test_if_whoop_stops_answering_during_a_chunk_extract_is_retried(make_team: Any) -> None:
    team = make_team(days=20)
    run_id, chunks = team.validate(**team.all_days())
    last = team.athlete_ids[1]
    team.world.add_fault("status", athlete_id=last, **OUTAGE)
    # The first athlete is answered four times, and then no longer.
    team.world.add_fault("slow", athlete_id=team.athlete_ids[0], times=4)
    team.world.add_fault("status", athlete_id=team.athlete_ids[0], **OUTAGE)
    with pytest.raises(SourceUnavailable):
        extract(team.integration, run_id, chunks[0])
    assert states(team, run_id)[team.athlete_ids[0], "landed"] == 4
    team.world.faults.clear()
    assert team.pull(run_id, **team.all_days())["staged"]
    assert team.metrics() == team.expected_metrics()


def test_a_failure_of_one_athlete_does_not_retry_the_chunk(make_team: Any) -> None:
    team = make_team(athletes=3, days=20)
    run_id, chunks = team.validate(**team.all_days())
    team.world.add_fault("status", athlete_id=team.athlete_ids[1], **OUTAGE)
    extract(team.integration, run_id, chunks[0])
    assert {state for (_, state) in states(team, run_id)} >= {"landed", "failed"}


def test_an_outage_is_noticed_after_a_few_athletes(make_team: Any) -> None:
    team = make_team(athletes=8, days=3)
    run_id, chunks = team.validate()
    team.world.add_fault("status", **OUTAGE)
    team.world.requests.clear()
    with pytest.raises(SourceUnavailable):
        extract(team.integration, run_id, chunks[0])
    assert 3 <= len({each["athlete_id"] for each in requested(team.world)}) <= 5


def test_the_newest_days_are_transformed_before_older_ones_are_pulled(make_team: Any) -> None:
    team = make_team({"start_date": str((NOW - 60 * DAY).date())}, days=40)
    run_id, chunks = team.validate(run_type="scheduled")
    extract(team.integration, run_id, chunks[0])
    stage(team.integration, run_id, chunks[0])
    transform_before_catch_up(team.integration, run_id, chunks[0])
    first, last = team.rows("select min(metric_date), max(metric_date) from analytics.metrics")[0]
    assert (last - first).days < 25


def test_a_scheduled_run_leaves_older_days_to_an_earlier_one_that_is_still_catching_up(make_team: Any) -> None:
    team = make_team({"start_date": str((NOW - 60 * DAY).date())}, days=40)
    _, chunks = team.validate(run_type="scheduled")
    assert len(chunks) > 1
    assert [batch.chunks for batch in team.validate(run_type="scheduled")[1]] == [{"first_chunk": 0, "last_chunk": 0}]
    team.rows("update ops.slices set started_at = now() - interval '1 hour' returning 1")
    assert len(team.validate(run_type="scheduled")[1]) == len(chunks)


def test_validate_states_the_cost_beforehand(make_team: Any, caplog: pytest.LogCaptureFixture) -> None:
    team = make_team({"start_date": str((NOW - 100 * DAY).date())}, days=3)
    caplog.clear()
    with caplog.at_level("INFO", logger="wearables"):
        team.validate(run_type="scheduled")
    assert re.search(r"expected: about \d+ requests and \d+ minutes?", caplog.text)
