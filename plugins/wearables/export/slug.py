"""The short name of a survey question."""

import re
import unicodedata

SEPARATORS = re.compile(r"[\W_]+")


def slug(question: str) -> str:
    """Letters and digits joined by _: blanks, case, accents and punctuation do not tell two questions apart."""
    bare = "".join(letter for letter in unicodedata.normalize("NFKD", question) if not unicodedata.combining(letter))
    return SEPARATORS.sub("_", unicodedata.normalize("NFC", bare).casefold()).strip("_")
