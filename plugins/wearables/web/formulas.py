"""Keep spreadsheets from running text as a formula (OWASP, CSV injection).

The libraries for this, such as defusedcsv, look at the first character of a text only. A spreadsheet also ignores
characters that cannot be seen, accepts the wide forms of Asian keyboards, and may split a cell at a character that is
not our separator: in most of Europe, Excel splits at semicolons and then does not respect our quotes.
"""

import re
import unicodedata

STARTS = frozenset("=+-@\N{MINUS SIGN}")
# A text without any of these, or of what NFKC turns into them, needs no closer look.
MAY_START = re.compile(r"[=+\-@\u2212\uff1d\uff0b\uff0d\uff20\u207a-\u207c\u208a-\u208c\ufb29\ufe62\ufe63\ufe66\ufe6b]")
SEPARATORS = re.compile(r"([,;\t\r\n])")
CONTROLS = ("\t", "\r", "\n")


def neutralised(text: str) -> str:
    """Return the text with an apostrophe before each cell in it that a spreadsheet may run as a formula."""
    if not MAY_START.search(text):
        return text
    cells = "".join(f"'{cell}" if _is_formula(cell) else cell for cell in SEPARATORS.split(text))
    return f"'{cells}" if cells.startswith(CONTROLS) else cells


def _is_formula(cell: str) -> bool:
    first = next((letter for letter in cell if not _is_ignored(letter)), "")
    return unicodedata.normalize("NFKC", first) in STARTS


def _is_ignored(letter: str) -> bool:
    """Return whether a spreadsheet may ignore a character before a formula: what cannot be seen, and quotes."""
    return letter == '"' or letter.isspace() or unicodedata.category(letter) in {"Cc", "Cf"}
