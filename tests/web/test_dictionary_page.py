"""The data dictionary in the browser has the same content as the file in docs."""

import re
from html import unescape
from typing import Any

from tests.web.conftest import Visitor
from wearables.core.dictionary import read_dictionary
from wearables.core.warehouse import transaction


def words(text: str) -> str:
    return " ".join(unescape(re.sub("<[^>]+>", " ", text)).split())


def test_every_column_function_metric_and_trend_is_described(signed_in: Any, team: Any) -> None:
    shown = words(signed_in("viewer").get("/dictionary").text)
    with transaction(team.engine) as connection:
        contents = read_dictionary(connection)
    comments = [
        *(row.column_comment for schema in contents.schemas for each in schema.relations for row in each.columns),
        *(row.comment for row in contents.functions),
        *(row.description for row in (*contents.metrics, *contents.trends)),
        *(row.citation for row in (*contents.metrics, *contents.trends)),
    ]
    assert len(comments) > 400
    assert [each for each in comments if words(each) not in shown] == []


def test_schemas_for_analysts_come_first_and_every_relation_has_an_anchor(admin: Visitor, team: Any) -> None:
    text = admin.get("/dictionary").text
    assert text.index('id="analytics.athlete_days"') < text.index('id="trends"') < text.index('id="raw.records"')
    assert 'href="#analytics.athlete_days"' in text


def test_an_anonymous_visitor_must_sign_in(signed_in: Any, team: Any) -> None:
    assert signed_in(None).get("/dictionary").status_code == 401
