"""Check WHOOP's records: valid ones become lines to stage, the others raise InvalidRecord and are quarantined."""

import json
import re

import msgspec

from wearables.pipeline.landed_row import landed_row as row
from wearables.whoop.collections import ENDPOINTS, Record

# PostgreSQL's jsonb cannot hold a NUL.
NUL_ESCAPE = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")
INT64_MAX = 2**63 - 1

_decoders = {name: msgspec.json.Decoder(endpoint.record_type) for name, endpoint in ENDPOINTS.items()}


class _Key(msgspec.Struct):
    """The fields that identify a record and its version, as WHOOP sent them."""

    user_id: int
    updated_at: str
    id: int | str | None = None
    cycle_id: int | None = None
    start: str | None = None
    end: str | None = None


_key_decoder = msgspec.json.Decoder(_Key)


class InvalidRecord(Exception):
    """A record that cannot be staged; the message names the problem, never a value."""


def record_line(raw: bytes, collection: str, athlete_id: int) -> bytes:
    """Return the record as one line of JSON. Raises InvalidRecord."""
    try:
        record = _decoders[collection].decode(raw)
    except msgspec.ValidationError as error:
        raise InvalidRecord(_without_values(str(error))) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise InvalidRecord("is not JSON") from None
    _require_plausible(record, athlete_id)
    return _one_line(raw)


def landed_row(number: int, line: bytes, collection: str) -> bytes:
    """Return the row of `landed` for a line from `record_line`: its keys, a digest, and the line itself."""
    key = _key_decoder.decode(line)
    record_id = key.cycle_id if collection == "recovery" else key.id
    return row(number, collection, key.user_id, record_id, key.updated_at, key.start, key.end, line)


def unknown_fields(line: bytes, collection: str) -> list[str]:
    """Return the paths of fields that this version does not know, such as ``score.stress``."""
    record = msgspec.json.decode(line)
    found = []
    for parent, known in ENDPOINTS[collection].known_fields.items():
        value = record
        for name in parent:
            value = value.get(name) if isinstance(value, dict) else None
        if isinstance(value, dict):
            found += [".".join((*parent, name)) for name in value.keys() - known]
    return found


def identify(raw: bytes) -> str:
    """Return the id of an invalid record, empty if it cannot be read."""
    try:
        content = json.loads(raw)
    except (ValueError, RecursionError):
        return ""
    if not isinstance(content, dict):
        return ""
    found = content.get("id") or content.get("cycle_id")
    return str(found).replace("\x00", "") if isinstance(found, int | str) else ""


def _require_plausible(record: Record, athlete_id: int) -> None:
    if record.user_id != athlete_id:
        raise InvalidRecord("belongs to another athlete")
    if isinstance(record.id, int) and not 0 < record.id <= INT64_MAX:
        raise InvalidRecord("id is out of range")
    start, end = getattr(record, "start", None), getattr(record, "end", None)
    if start and end and end < start:
        raise InvalidRecord("ends before it starts")


def _one_line(raw: bytes) -> bytes:
    if b"\\u0000" in raw and NUL_ESCAPE.search(raw):
        raise InvalidRecord("contains a NUL character")
    # JSON escapes line breaks within strings, so these are between values.
    return raw.replace(b"\n", b" ").replace(b"\r", b" ")


def _without_values(message: str) -> str:
    # msgspec's messages name types and paths. They contain values only for enums and tags, which are not used here.
    return message.replace("`", "")
