"""A row of the temporary table ``landed``: the keys of a record, a digest, and the record as one line of JSON."""

import hashlib


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
    return copy_row(number, collection, athlete_id, record_id, updated_at, started_at, ended_at, digest, line[:-1])


def copy_row(*fields: object) -> bytes:
    """Return one row in the text format of PostgreSQL's COPY, whatever characters the fields contain.

    A field is bytes in UTF-8, None, or anything else as its text. PostgreSQL cannot store a NUL.
    """
    return b"\t".join([_field(field) for field in fields]) + b"\n"


def _field(field: object) -> bytes:
    if field is None:
        return b"\\N"
    content = field if isinstance(field, bytes) else str(field).encode()
    return content.replace(b"\\", b"\\\\").replace(b"\t", b"\\t").replace(b"\n", b"\\n").replace(b"\r", b"\\r")
