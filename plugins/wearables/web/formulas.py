"""Keep spreadsheets from running text as a formula (OWASP, CSV injection).

Libraries for this, such as defusedcsv, check only the first character of a text. But a spreadsheet ignores invisible
characters, accepts the full-width forms of Asian keyboards, and may split a cell at another separator than ours: in
most of Europe, Excel splits at semicolons and then ignores our quotes.
"""

import re
import unicodedata

STARTS = frozenset("=+-@\N{MINUS SIGN}")
# A text without these characters and their NFKC equivalents need not be examined further.
MAY_START = re.compile(r"[=+\-@\u2212\uff1d\uff0b\uff0d\uff20\u207a-\u207c\u208a-\u208c\ufb29\ufe62\ufe63\ufe66\ufe6b]")
SEPARATORS = re.compile(r"([,;\t\r\n])")
CONTROLS = ("\t", "\r", "\n")


def neutralised(text: str) -> str:
    """Return the text with an apostrophe before each part that a spreadsheet may run as a formula."""
    if not MAY_START.search(text):
        return text
    cells = "".join(f"'{cell}" if _is_formula(cell) else cell for cell in SEPARATORS.split(text))
    return f"'{cells}" if cells.startswith(CONTROLS) else cells


def _is_formula(cell: str) -> bool:
    first = next((letter for letter in cell if not _is_ignored(letter)), "")
    return unicodedata.normalize("NFKC", first) in STARTS


def _is_ignored(letter: str) -> bool:
    """Return whether a spreadsheet may ignore this character before a formula: it is invisible, or a quote."""
    return letter == '"' or letter.isspace() or unicodedata.category(letter) in {"Cc", "Cf"}
