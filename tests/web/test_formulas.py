"""No spreadsheet runs a text of a download as a formula, wherever it splits the text, and other text is unchanged."""

import csv
import io
import re
import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.factories import REPRODUCIBLE
from wearables.web.formulas import MAY_START, STARTS, neutralised

# As OWASP lists them, in every form that Unicode has for them.
FORMULA = set("=+-@\uff1d\uff0b\uff0d\uff20\u207a\u207b\u207c\u208a\u208b\u208c\ufb29\ufe62\ufe63\ufe66\ufe6b\u2212")
INVISIBLE = "\ufeff\u200b\u200e\u2060\u00ad\u00a0\u3000\u2028\x00\x1f \t\r\n"
PIECES = st.sampled_from([*FORMULA, *INVISIBLE, *"\"',;|", "1", "x", "SUM(A1)", "cmd"])


def cells(text: str) -> list[str]:
    """Return the cells that a spreadsheet may see: it may split at any of these, and not respect our quotes."""
    line = io.StringIO()
    csv.writer(line).writerow(["first", text, "last"])
    return [*re.split(r"[,;\t\r\n]", line.getvalue()), text]


def bare(cell: str) -> str:
    """Return a cell without what precedes its first visible character, quotes included."""
    start = next((n for n, each in enumerate(cell) if not is_ignored(each)), len(cell))
    return cell[start:]


def is_ignored(letter: str) -> bool:
    return letter.isspace() or letter == '"' or unicodedata.category(letter) in {"Cc", "Cf"}


@REPRODUCIBLE
@given(text=st.lists(PIECES, max_size=8).map("".join) | st.text(max_size=20))
def test_no_cell_begins_with_a_formula(text: str) -> None:
    for cell in cells(neutralised(text)):
        assert bare(cell)[:1] not in FORMULA, (text, cell)


@REPRODUCIBLE
@given(text=st.lists(PIECES, max_size=8).map("".join) | st.text(max_size=20))
def test_only_apostrophes_are_added_and_a_second_pass_changes_nothing(text: str) -> None:
    written = neutralised(text)
    assert written.replace("'", "") == text.replace("'", "")
    assert neutralised(written) == written


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("=1+1", "'=1+1"),
        ("\n=1", "'\n'=1"),
        ("\uff1d1", "'\uff1d1"),
        ("\ufeff=1", "'\ufeff=1"),
        ("  =1", "'  =1"),
        ('"=1"', '\'"=1"'),
        ("x;=1", "x;'=1"),
        ("x,@SUM(A1)", "x,'@SUM(A1)"),
        ("x\n+1", "x\n'+1"),
        ("-1.5", "'-1.5"),
    ],
)
def test_a_formula_is_preceded_by_an_apostrophe(text: str, written: str) -> None:
    assert neutralised(text) == written


@pytest.mark.parametrize(
    "text", ["", "Zoë Müller-Núñez", "a-b", "1-2", "x = y", "3 km/h; 12 kg", "a@example.org", "Is 1+1=2?", "'quoted'"]
)
def test_other_text_is_unchanged(text: str) -> None:
    assert neutralised(text) == text


def test_the_quick_check_knows_every_form_of_these_characters() -> None:
    forms = {
        letter for letter in map(chr, range(sys.maxunicode + 1)) if unicodedata.normalize("NFKC", letter) in STARTS
    }
    assert {letter for letter in forms if MAY_START.search(letter)} == forms
    assert forms == FORMULA
