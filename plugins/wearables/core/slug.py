"""The short name of a survey question."""

import re
import unicodedata
from functools import lru_cache

SEPARATORS = re.compile(r"[\W_]+")


@lru_cache(maxsize=1000)
def slug(question: str) -> str:
    """Letters and digits joined by _: blanks, case, accents and punctuation do not tell two questions apart."""
    bare = "".join(letter for letter in unicodedata.normalize("NFKD", question) if not unicodedata.combining(letter))
    return SEPARATORS.sub("_", unicodedata.normalize("NFC", bare).casefold()).strip("_")
