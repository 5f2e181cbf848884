"""Check WHOOP's records: valid ones become lines to stage, the others raise InvalidRecord and are quarantined."""

import datetime as dt
import re

import msgspec

from wearables.core.plausible_dates import is_plausible
from wearables.pipeline.landed_row import landed_row as row
from wearables.whoop.collections import ENDPOINTS, Record
from wearables.whoop.identity import is_id
from wearables.whoop.storable import InvalidRecord, require_storable

UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII | re.IGNORECASE)
OFFSET = re.compile(r"[+-](0[0-9]|1[0-4]):[0-5][0-9]|Z", re.ASCII)
LENGTH_OF_TIME = len("2026-04-24T14:25:44.774000Z")
SCORED = "SCORED"
# Field names are logged. A name in another form could be data.
FIELD_NAME = re.compile(r"[A-Za-z0-9_-]{1,60}", re.ASCII)

_decoders = {name: msgspec.json.Decoder(endpoint.record_type) for name, endpoint in ENDPOINTS.items()}
_scored_decoders = {name: msgspec.json.Decoder(endpoint.scored_type) for name, endpoint in ENDPOINTS.items()}
_object_decoder = msgspec.json.Decoder(dict[str, msgspec.Raw])


class _Key(msgspec.Struct):
    """The fields that identify a record and its version."""

    user_id: int
    updated_at: str
    id: int | str | None = None
    cycle_id: int | None = None
    start: str | None = None
    end: str | None = None


_key_decoder = msgspec.json.Decoder(_Key)


def record_line(raw: bytes, collection: str, athlete_id: int) -> bytes:
    """Return the record as one line of JSON. Raises InvalidRecord."""
    require_storable(raw)
    try:
        record = _decoders[collection].decode(raw)
        if record.score_state == SCORED:
            _require_score(_scored_decoders[collection].decode(raw).score)
    except msgspec.ValidationError as error:
        raise InvalidRecord(_without_values(str(error))) from None
    _require_plausible(record, athlete_id)
    # JSON escapes line breaks within strings, so these are between values.
    return raw.replace(b"\n", b" ").replace(b"\r", b" ")


def landed_row(line_number: int, slice_number: int, line: bytes, collection: str) -> bytes:
    """Return the row of `landed` for a line from `record_line`: its keys, a digest, and the line itself."""
    key = _key_decoder.decode(line)
    record_id = key.cycle_id if collection == "recovery" else key.id
    start, end = key.start and _utc(key.start), key.end and _utc(key.end)
    return row(line_number, slice_number, record_id, _utc(key.updated_at), start, end, line)


def unknown_fields(line: bytes, collection: str) -> list[str]:
    """Return the paths of fields that this version does not know, such as ``score.stress``.

    A name that does not look like a field name is replaced by ``?``.
    """
    found = []
    record = _object_decoder.decode(line)
    for parent, known in ENDPOINTS[collection].known_fields.items():
        content = record
        for name in parent:
            value = bytes(content.get(name, b""))
            content = _object_decoder.decode(value) if value.startswith(b"{") else {}
        for name in content.keys() - known:
            found.append(".".join((*parent, name if FIELD_NAME.fullmatch(name) else "?")))
    return found


def _require_score(score: msgspec.Struct) -> None:
    if all(value is None for value in msgspec.structs.astuple(score)):
        raise InvalidRecord("is SCORED without a score")


def _require_plausible(record: Record, athlete_id: int) -> None:
    if record.user_id != athlete_id:
        raise InvalidRecord("belongs to another athlete")
    for name in ("id", "cycle_id", "sleep_id"):
        found = getattr(record, name, None)
        if isinstance(found, int) and not is_id(found):
            raise InvalidRecord(f"{name} is out of range")
        if isinstance(found, str) and not UUID.fullmatch(found):
            raise InvalidRecord(f"{name} is not a UUID")
    for name in ("created_at", "updated_at", "start", "end"):
        moment = getattr(record, name, None)
        if moment and not is_plausible(moment):
            raise InvalidRecord(f"{name} is before 2012 or in the future")
    start, end = getattr(record, "start", None), getattr(record, "end", None)
    if start and end and end < start:
        raise InvalidRecord("ends before it starts")
    if not OFFSET.fullmatch(getattr(record, "timezone_offset", "Z")):
        raise InvalidRecord("timezone_offset is not a UTC offset such as -05:00")


def _utc(moment: str) -> str:
    # WHOOP writes times like 2026-04-24T14:25:44.774Z. Convert other forms, because PostgreSQL rejects some of them.
    if len(moment) <= LENGTH_OF_TIME and moment.endswith("Z"):
        return moment
    return msgspec.convert(moment, dt.datetime).astimezone(dt.UTC).isoformat()


def _without_values(message: str) -> str:
    # msgspec's messages name types and paths. They contain values only for enums and tags, which are not used here.
    return message.replace("`", "")
