"""Slugs of survey questions."""

import re
import unicodedata
from functools import lru_cache

SEPARATORS = re.compile(r"[\W_]+")


@lru_cache(maxsize=1000)
def slug(question: str) -> str:
    """Return a question in lower case, without accents and with _ between words, so that different spellings match."""
    bare = "".join(letter for letter in unicodedata.normalize("NFKD", question) if not unicodedata.combining(letter))
    return SEPARATORS.sub("_", unicodedata.normalize("NFC", bare).casefold()).strip("_")
