"""A row of the temporary table ``landed``: the keys of a record, a digest, and the record as one line of JSON."""

import hashlib

DELIMITER = "\x02"  # as in include/sql/pipeline/stage/landed.copy.sql


def landed_row(
    number: int,
    collection: str,
    athlete_id: int,
    record_id: object,
    updated_at: str,
    started_at: str | None,
    ended_at: str | None,
    line: bytes,
) -> bytes:
    """Return the row for COPY; ``number`` orders the lines of a chunk, ``line`` ends with a newline."""
    # Half of a SHA-256 digest distinguishes two versions well enough, and fits PostgreSQL's uuid.
    digest = hashlib.sha256(line).hexdigest()[:32]
    keys = (
        f"{number}{DELIMITER}{collection}{DELIMITER}{athlete_id}{DELIMITER}{record_id}{DELIMITER}{updated_at}"
        f"{DELIMITER}{started_at or ''}{DELIMITER}{ended_at or ''}{DELIMITER}{digest}{DELIMITER}"
    )
    return keys.encode() + line
