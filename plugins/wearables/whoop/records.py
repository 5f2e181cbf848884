"""Check WHOOP's records: valid ones become lines to stage, the others raise InvalidRecord and are quarantined."""

import datetime as dt
import re
from collections.abc import Sequence
from typing import Any, ClassVar

import msgspec

from wearables.core.plausible_dates import EARLIEST, latest_plausible
from wearables.pipeline.landed_row import landed_row as row
from wearables.whoop.collections import ENDPOINTS, Record, Recovery, Sleep
from wearables.whoop.identity import is_id
from wearables.whoop.storable import InvalidRecord, is_simple, require_storable

# Written without flags and groups, which take twice as long.
UUID = re.compile("-".join(f"[0-9a-fA-F]{{{size}}}" for size in (8, 4, 4, 4, 12)))
OFFSETS = frozenset(
    ["Z", *(f"{sign}{hour:02}:{minute:02}" for sign in "+-" for hour in range(15) for minute in range(60))]
)
LENGTH_OF_TIME = len("2026-04-24T14:25:44.774000Z")
SCORED = "SCORED"
# Field names are logged. A name in another form could be data.
FIELD_NAME = re.compile(r"[A-Za-z0-9_-]{1,60}", re.ASCII)

_decoders = {name: msgspec.json.Decoder(endpoint.record_type) for name, endpoint in ENDPOINTS.items()}
_scored_decoders = {name: msgspec.json.Decoder(endpoint.scored_type) for name, endpoint in ENDPOINTS.items()}
_usual_decoders = {name: msgspec.json.Decoder(endpoint.usual_type) for name, endpoint in ENDPOINTS.items()}
_object_decoder = msgspec.json.Decoder(dict[str, msgspec.Raw])


class _Key(msgspec.Struct):
    """The fields that identify a record and its version. Another collection may have fields of these names."""

    updated_at: str
    id: int | str
    start: str
    end: str | None = None


class _RecoveryKey(msgspec.Struct):
    updated_at: str
    id: int = msgspec.field(name="cycle_id")
    start: ClassVar[None] = None
    end: ClassVar[None] = None


_key_types: dict[str, Any] = dict.fromkeys(ENDPOINTS, _Key) | {"recovery": _RecoveryKey}
_key_decoders = {name: msgspec.json.Decoder(key_type) for name, key_type in _key_types.items()}


def check_page(page: Sequence[bytes], collection: str, athlete_id: int) -> tuple[list[bytes | InvalidRecord], set[str]]:
    """Check the records of a page.

    Return, for each record, either one line of JSON or the reason why it is invalid, and the unknown fields of the
    lines as ``unknown_fields`` names them.
    """
    checked: list[bytes | InvalidRecord] = []
    unknown: set[str] = set()
    latest = latest_plausible()
    for raw in page:
        try:
            # Nearly every record is an ordinary one, whose check takes about a fifth of the time.
            if (record := _usual(raw, collection)) is not None:
                _require_plausible(record, athlete_id, latest)
                line = _one_line(raw)
            else:
                line = record_line(raw, collection, athlete_id)
                unknown.update(unknown_fields(line, collection))
        except InvalidRecord as reason:
            checked.append(reason)
        else:
            checked.append(line)
    return checked, unknown


def record_line(raw: bytes, collection: str, athlete_id: int) -> bytes:
    """Return the record as one line of JSON. Raises InvalidRecord."""
    require_storable(raw)
    try:
        record = _decoders[collection].decode(raw)
        is_empty = record.score_state == SCORED and _is_empty(_scored_decoders[collection].decode(raw).score)
    except msgspec.ValidationError as error:
        raise InvalidRecord(_without_values(str(error))) from None
    if is_empty:
        raise InvalidRecord("is SCORED without a score")
    _require_plausible(record, athlete_id, latest_plausible())
    return _one_line(raw)


def landed_row(line_number: int, slice_number: int, line: bytes, collection: str) -> bytes:
    """Return the row of `landed` for a line from `record_line`: its keys, a digest, and the line itself."""
    key = _key_decoders[collection].decode(line)
    start, end = key.start and _utc(key.start), key.end and _utc(key.end)
    return row(line_number, slice_number, key.id, _utc(key.updated_at), start, end, line)


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


def _usual(raw: bytes, collection: str) -> Record | None:
    """Return a record that ``record_line`` decodes too and that has no unknown fields; None if this is uncertain."""
    if not is_simple(raw):
        return None
    try:
        record = _usual_decoders[collection].decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    return None if record.score_state == SCORED and _is_empty(record.score) else record


def _is_empty(score: Any) -> bool:
    return score == type(score)()


def _require_plausible(record: Record, athlete_id: int, latest: dt.datetime) -> None:
    if record.user_id != athlete_id:
        raise InvalidRecord("belongs to another athlete")
    if isinstance(record, Recovery):
        _require_id("cycle_id", record.cycle_id)
        _require_id("sleep_id", record.sleep_id)
    else:
        _require_id("id", record.id)
    if isinstance(record, Sleep):
        _require_id("cycle_id", record.cycle_id)
    _require_date("created_at", record.created_at, latest)
    _require_date("updated_at", record.updated_at, latest)
    if not isinstance(record, Recovery):
        _require_period(record.start, record.end, record.timezone_offset, latest)


def _require_id(name: str, found: int | str | None) -> None:
    if isinstance(found, int):
        if not is_id(found):
            raise InvalidRecord(f"{name} is out of range")
    elif found is not None and not UUID.fullmatch(found):
        raise InvalidRecord(f"{name} is not a UUID")


def _require_date(name: str, moment: dt.datetime | None, latest: dt.datetime) -> None:
    if moment is not None and not EARLIEST <= moment <= latest:
        raise InvalidRecord(f"{name} is before 2012 or in the future")


def _require_period(start: dt.datetime, end: dt.datetime | None, offset: str, latest: dt.datetime) -> None:
    _require_date("start", start, latest)
    _require_date("end", end, latest)
    if end is not None and end < start:
        raise InvalidRecord("ends before it starts")
    if offset not in OFFSETS:
        raise InvalidRecord("timezone_offset is not a UTC offset such as -05:00")


def _one_line(raw: bytes) -> bytes:
    # JSON escapes line breaks within strings, so these are between values.
    return raw.replace(b"\n", b" ").replace(b"\r", b" ")


def _utc(moment: str) -> str:
    # WHOOP writes times like 2026-04-24T14:25:44.774Z. Convert other forms, because PostgreSQL rejects some of them.
    if len(moment) <= LENGTH_OF_TIME and moment.endswith("Z"):
        return moment
    return msgspec.convert(moment, dt.datetime).astimezone(dt.UTC).isoformat()


def _without_values(message: str) -> str:
    # msgspec's messages name types and paths. They contain values only for enums and tags, which are not used here.
    return message.replace("`", "")
