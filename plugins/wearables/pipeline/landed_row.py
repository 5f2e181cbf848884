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
    """Return the row in the text format of PostgreSQL's COPY, whatever characters the fields contain.

    ``line_number`` orders the lines of a batch, ``slice_number`` is the line's slice. Raises ValueError for a NUL,
    which PostgreSQL cannot store.
    """
    # Half of a SHA-256 digest distinguishes two versions well enough, and fits PostgreSQL's uuid.
    digest = hashlib.sha256(line).hexdigest()[:32]
    # Escaping a whole row at once is several times faster, so two bytes that no field contains stand for tab and null.
    fields = (
        f"{line_number}\0{slice_number}\0{record_id}\0{updated_at}".encode(),
        b"\xff" if started_at is None else started_at.encode(),
        b"\xff" if ended_at is None else ended_at.encode(),
        digest.encode(),
        line,
    )
    row = b"\0".join(fields)
    if row.count(b"\0") != 7:
        raise ValueError("a field contains a NUL")
    escaped = row.replace(b"\\", b"\\\\").replace(b"\t", b"\\t").replace(b"\n", b"\\n").replace(b"\r", b"\\r")
    return escaped.replace(b"\0", b"\t").replace(b"\xff", b"\\N") + b"\n"
