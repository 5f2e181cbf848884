"""A row of the temporary table ``landed``: the keys of a record, a digest, and the record as one line of JSON."""

import hashlib


def landed_row(
    line_number: int,
    slice_number: int,
    record_id: object,
    updated_at: str,
    started_at: str | None,
    ended_at: str | None,
    line: bytes,
) -> bytes:
    """Return the row for COPY; ``line_number`` orders the lines of a batch, ``slice_number`` is the line's slice."""
    # Half of a SHA-256 digest distinguishes two versions well enough, and fits PostgreSQL's uuid.
    digest = hashlib.sha256(line).hexdigest()[:32]
    return copy_row(line_number, slice_number, record_id, updated_at, started_at, ended_at, digest, line)


def copy_row(*fields: object) -> bytes:
    """Return one row in the text format of PostgreSQL's COPY, whatever characters the fields contain.

    A field is bytes in UTF-8, None, or any other value, which is written as text. Raises ValueError for a NUL, which
    PostgreSQL cannot store.
    """
    # Escaping a whole row at once is several times faster, so two bytes that no field contains stand for tab and null.
    row = b"\x00".join([field if isinstance(field, bytes) else _encoded(field) for field in fields])
    if row.count(b"\x00") != len(fields) - 1:
        raise ValueError("a field contains a NUL")
    escaped = row.replace(b"\\", b"\\\\").replace(b"\t", b"\\t").replace(b"\n", b"\\n").replace(b"\r", b"\\r")
    return escaped.replace(b"\x00", b"\t").replace(b"\xff", b"\\N") + b"\n"


def _encoded(field: object) -> bytes:
    return b"\xff" if field is None else str(field).encode()
