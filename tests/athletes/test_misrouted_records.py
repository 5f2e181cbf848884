"""Records in the answer for another athlete are filed under their owner, and an erasure of the owner deletes them."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from tests.athletes.factories import TOMBSTONE, Make, landed, tables_with
from wearables.athletes import offboarding
from wearables.athletes.offboarding import offboard
from wearables.core.errors import RunFailed
from wearables.pipeline.extract import extract
from wearables.pipeline.stage import stage
from wearables.whoop import source as source_module


def swap_answers(team: Any, collection: str) -> int:
    """Let WHOOP answer each request for the first athlete with the second one's records. Return their number."""
    asked, owner = team.athlete_ids
    team.world.records[asked, collection] = team.world.records[owner, collection]
    return len(team.world.records[owner, collection])


def all_text(folder: Path) -> str:
    """Return the names and the decompressed contents of all files."""
    contents = [
        gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    ]
    return " ".join(map(str, folder.rglob("*"))) + b"".join(contents).decode()


@pytest.mark.parametrize("is_staged", [True, False], ids=["staged", "landed, not staged yet"])
def test_records_in_another_athletes_answer_are_erased_with_their_owner(
    make_team: Make, tmp_path: Path, is_staged: bool
) -> None:
    team = make_team(athletes=2, days=10)
    asked, owner = team.athlete_ids
    misrouted = swap_answers(team, "sleep")
    run_id, chunks = team.validate(**team.all_days())
    for chunk in chunks:
        extract(team.integration, run_id, chunk)
        if is_staged:
            stage(team.integration, run_id, chunk)
    assert str(owner) in all_text(tmp_path / "landing")
    files = len([path for path in landed(tmp_path, owner) if path.is_file()])
    receipt = offboard("team", owner, erase=True)
    assert receipt.landing_files == files
    assert receipt.rows["ops.quarantine"] == (misrouted if is_staged else 0)
    for chunk in chunks:
        stage(team.integration, run_id, chunk)
    assert tables_with(team, owner) == {TOMBSTONE}
    assert str(owner) not in all_text(tmp_path / "landing")
    # They still count in the pull log of the athlete who was asked for.
    assert team.rows("select sum(quarantined) from ops.slices where athlete_id = %s", asked) == [(misrouted,)]


@pytest.mark.parametrize("moment", ["before the pull", "while it lands"])
def test_records_that_arrive_in_another_answer_after_the_erasure_do_not_stay(
    make_team: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    team = make_team(athletes=2, days=10)
    owner = team.athlete_ids[1]
    swap_answers(team, "sleep")
    if moment == "before the pull":
        offboard("team", owner, erase=True)
    run_id, chunks = team.validate(**team.all_days())
    original, erased = source_module.fetch_slice, []

    def erase_in_the_middle(*arguments: Any) -> Any:
        manifest = original(*arguments)
        if not erased and manifest.rejected:
            erased.append(offboard("team", owner, erase=True))
        return manifest

    monkeypatch.setattr(source_module, "fetch_slice", erase_in_the_middle)
    for chunk in chunks:
        extract(team.integration, run_id, chunk)
        stage(team.integration, run_id, chunk)
    assert erased
    assert tables_with(team, owner) == {TOMBSTONE}
    assert str(owner) not in all_text(tmp_path / "landing")


def test_a_stranger_whose_records_were_in_an_answer_can_be_erased(make_team: Make, tmp_path: Path) -> None:
    team = make_team(athletes=1, days=10)
    stranger = 4711471147
    record = team.world.records[team.athlete_ids[0], "workout"][1]
    record.body = json.dumps(record.payload | {"user_id": stranger}).encode()
    with pytest.raises(RunFailed, match="was in the answer for another athlete"):
        team.pull(**team.all_days())
    assert tables_with(team, stranger) == {"ops.quarantine"}
    receipt = offboard("team", stranger, erase=True)
    assert (receipt.revocation, receipt.rows["ops.quarantine"]) == (offboarding.NO_GRANT, 1)
    team.pull(**team.all_days())
    assert tables_with(team, stranger) == {TOMBSTONE}
    assert str(stranger) not in all_text(tmp_path / "landing")


def test_an_erasure_leaves_nothing_that_names_the_athlete_in_the_answers_for_others(
    make_team: Make, tmp_path: Path
) -> None:
    team = make_team(athletes=2, days=10)
    asked, owner = team.athlete_ids
    swap_answers(team, "sleep")
    with pytest.raises(RunFailed):
        team.pull(**team.all_days())
    offboard("team", asked, erase=True)
    assert tables_with(team, asked) == {TOMBSTONE}
    assert str(asked) not in all_text(tmp_path / "landing")
    assert team.rows("select distinct athlete_id from ops.quarantine") == [(owner,)]


def test_a_forged_record_does_not_hide_an_invalid_one_of_its_alleged_owner(make_team: Make) -> None:
    team = make_team(athletes=2, days=10)
    forger, victim = team.athlete_ids
    forged, own = (team.world.records[each, "workout"][1] for each in (forger, victim))
    forged.body = json.dumps(own.payload | {"start": "forged"}).encode()
    with pytest.raises(RunFailed, match="was in the answer for another athlete"):
        team.pull(**team.all_days())
    assert team.rows("select count(*) from raw.records where record_id = %s", own.id) == [(1,)]
    team.world.patch(victim, "workout", own.id, {})
    own.body = json.dumps(own.payload | {"start": "invalid"}).encode()
    with pytest.raises(RunFailed, match="start"):
        team.pull(**team.all_days())
    assert team.rows("select payload::jsonb ->> 'start' from ops.quarantine order by seen_at") == [
        ("forged",),
        ("invalid",),
    ]
