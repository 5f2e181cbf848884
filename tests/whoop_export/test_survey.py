"""Survey answers: only listed questions are stored, anywhere, and notes never are."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.security.test_planted_secrets import landing_zone_text, warehouse_text
from tests.whoop_export.steps import DAY, JOURNAL_HEADER, Importer, files, pack
from wearables.core.errors import PermanentError
from wearables.core.integrations import read_integration
from wearables.core.slug import slug
from wearables.pipeline.transform import transform

SEA = "Did you swim in the sea?"
UNLISTED = "Did anything zanzibarian happen?"
NOTE = "quetzalcoatlus"


def journal(*answers: tuple[str, str], note: str = NOTE) -> bytes:
    rows = [f'{DAY},"{question}",{answer},{note}' for question, answer in answers]
    return pack(files(journal_entries="\n".join([JOURNAL_HEADER, *rows, ""])))


BOTH = journal((f" {SEA}  ", "true"), (UNLISTED, "true"))


def list_questions(tmp_path: Path, *questions: str) -> None:
    (tmp_path / "team.yaml").write_text(f"survey_questions: {list(questions)}\n")


@pytest.fixture
def importer(make_importer: Callable[..., Importer], tmp_path: Path) -> Importer:
    importer = make_importer(athletes=1, days=1)
    list_questions(tmp_path, SEA)
    return importer


def answers(importer: Importer) -> list[tuple]:
    return importer.team.rows(
        "select response_date::text, question, answer from analytics.survey_responses order by 1, 2"
    )


def survey(importer: Importer) -> list[tuple]:
    return importer.team.rows(
        "select metric_date::text, metric, value, unit, source from analytics.metrics where metric like 'survey.%%' "
        "order by 1, 2"
    )


def everywhere(importer: Importer, folder: Path) -> str:
    return warehouse_text(importer.team) + landing_zone_text(folder / "landing")


def test_a_listed_question_is_stored_and_an_unlisted_one_is_nowhere(
    importer: Importer, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    from wearables.pipeline.check import check
    from wearables.whoop_export.inbox import receive
    from wearables.whoop_export.stage import stage
    from wearables.whoop_export.validate import validate

    caplog.set_level("DEBUG")
    path = Path(importer.put(BOTH).removeprefix("file://"))
    with path.open("rb") as stream:
        url = receive("team", importer.team.athlete_ids[0], stream)
    wanted = validate("team", importer.team.athlete_ids[0], url, "run")
    stage(wanted)
    transform(importer.team.integration, wanted.run_id)
    check(importer.team.integration, wanted.run_id)
    assert answers(importer) == [("2026-03-02", SEA, "yes")]
    assert survey(importer) == [("2026-03-02", "survey.did_you_swim_in_the_sea", 1.0, "", "export")]
    (definition,) = importer.team.rows(
        "select title, minimum, maximum from analytics.metric_definitions where metric like 'survey.%%'"
    )
    assert definition == (SEA, 0, 1)
    text = everywhere(importer, tmp_path) + caplog.text
    assert "swim" in text
    for absent in ("zanzibar", NOTE):
        assert absent not in text.lower()
    assert not list((tmp_path / "landing").rglob("*.zip"))


def test_without_a_list_no_answer_is_kept(importer: Importer, tmp_path: Path) -> None:
    list_questions(tmp_path)
    importer.run(BOTH)
    assert (answers(importer), survey(importer)) == ([], [])
    assert "swim" not in everywhere(importer, tmp_path)
    assert importer.team.rows("select withheld from ops.slices where collection = 'journal'") == [(2,)]


def test_a_question_that_is_listed_later_is_stored_by_the_next_import_of_the_same_file(
    importer: Importer, tmp_path: Path
) -> None:
    importer.run(BOTH)
    list_questions(tmp_path, SEA, UNLISTED)
    assert len(answers(importer)) == 1
    importer.run(BOTH)
    assert answers(importer) == [("2026-03-02", UNLISTED, "yes"), ("2026-03-02", SEA, "yes")]


def test_a_question_removed_from_the_list_leaves_no_trace_after_the_next_transform(
    importer: Importer, tmp_path: Path
) -> None:
    importer.run(BOTH)
    importer.run(journal((SEA, "false")))
    list_questions(tmp_path, "Something else?")
    importer.team.pull(**importer.team.all_days())
    assert (answers(importer), survey(importer)) == ([], [])
    assert "swim" not in everywhere(importer, tmp_path)
    assert importer.values()


def test_a_changed_or_removed_answer_is_updated_or_deleted(importer: Importer) -> None:
    importer.run(BOTH)
    importer.run(journal((SEA, "false")))
    assert answers(importer) == [("2026-03-02", SEA, "no")]
    assert [row[2] for row in survey(importer)] == [0.0]
    importer.run(journal((UNLISTED, "false")))
    assert (answers(importer), survey(importer)) == ([], [])


def test_questions_that_differ_in_blanks_case_and_accents_are_the_same(importer: Importer, tmp_path: Path) -> None:
    list_questions(tmp_path, "¿Bebiste café?")
    importer.run(journal(("¿bebiste  CAFE? ", "true"), ("¿Bebiste café?", "false")))
    assert answers(importer) == [("2026-03-02", "¿Bebiste café?", "no")]
    assert [row[1] for row in survey(importer)] == ["survey.bebiste_cafe"]


def test_a_question_without_an_answer_is_not_stored(importer: Importer) -> None:
    importer.run(journal((SEA, "")))
    assert answers(importer) == []


def test_answers_join_to_their_metric_definitions_by_title(importer: Importer) -> None:
    importer.run(BOTH)
    joined = importer.team.rows(
        "select responses.answer, definitions.title from analytics.survey_responses as responses "
        "inner join analytics.metric_definitions as definitions on definitions.title = responses.question"
    )
    assert joined == [("yes", SEA)]


@pytest.mark.parametrize(
    ("question", "name"),
    [
        ("Have any caffeine? ", "have_any_caffeine"),
        ("Read (non-screened device) while in bed?", "read_non_screened_device_while_in_bed"),
        ("¿Tomaste melatonina?", "tomaste_melatonina"),
        ("睡前看手机?", "睡前看手机"),
        ("한국어 질문", "한국어_질문"),
        ("?", ""),
    ],
)
def test_the_slug_of_a_question(question: str, name: str) -> None:
    assert slug(question) == name


@pytest.mark.parametrize("questions", ['["Alcohol?", "alcohol"]', '["?"]'])
def test_a_list_with_a_duplicate_or_empty_question_is_rejected(tmp_path: Path, questions: str) -> None:
    path = tmp_path / "team.yaml"
    path.write_text(f"survey_questions: {questions}\n")
    with pytest.raises(PermanentError, match="survey_questions"):
        read_integration(path)


def test_the_loader_role_may_define_survey_metrics_and_no_others(importer: Importer, monkeypatch: Any) -> None:
    from tests.security.test_roles import acting_as

    with acting_as(importer.team.engine, "wearables_loader") as cursor:
        cursor.execute("select analytics.define_survey('survey.x', 'X?'), analytics.define_survey('recovery', 'X?')")
        cursor.execute("select metric from analytics.metric_definitions where title = 'X?'")
        assert cursor.fetchall() == [("survey.x",)]
        cursor.execute("select analytics.forget_surveys()")
        cursor.execute("select count(*) from analytics.metric_definitions where metric like 'survey.%'")
        assert cursor.fetchone() == (0,)
