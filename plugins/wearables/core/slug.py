"""Slugs of survey questions."""

import re
import unicodedata
from functools import lru_cache

SEPARATORS = re.compile(r"[\W_]+")


@lru_cache(maxsize=1000)
def slug(question: str) -> str:
    """Return a question's letters and digits, joined by _, without the case and accents in which spellings differ."""
    bare = "".join(letter for letter in unicodedata.normalize("NFKD", question) if not unicodedata.combining(letter))
    return SEPARATORS.sub("_", unicodedata.normalize("NFC", bare).casefold()).strip("_")
