"""The data dictionary in the browser tells what the file in docs tells."""

import re
from html import unescape
from typing import Any

from tests.web.conftest import Visitor
from wearables.core.dictionary import read_dictionary
from wearables.core.warehouse import transaction


def words(text: str) -> str:
    return " ".join(unescape(re.sub("<[^>]+>", " ", text)).split())


def test_every_column_function_metric_and_trend_is_explained(signed_in: Any, squad: Any) -> None:
    shown = words(signed_in("viewer").get("/dictionary").text)
    with transaction(squad.engine) as connection:
        contents = read_dictionary(connection)
    told = [
        *(row.column_comment for schema in contents.schemas for each in schema.relations for row in each.columns),
        *(row.comment for row in contents.functions),
        *(row.description for row in (*contents.metrics, *contents.trends)),
        *(row.citation for row in (*contents.metrics, *contents.trends)),
    ]
    assert len(told) > 400
    assert [each for each in told if words(each) not in shown] == []


def test_what_analysts_read_comes_first_and_has_an_address_of_its_own(admin: Visitor, squad: Any) -> None:
    text = admin.get("/dictionary").text
    assert text.index('id="analytics.athlete_days"') < text.index('id="trends"') < text.index('id="raw.records"')
    assert 'href="#analytics.athlete_days"' in text


def test_only_who_is_signed_in_reads_it(signed_in: Any, squad: Any) -> None:
    assert signed_in(None).get("/dictionary").status_code == 401
