"""WHOOP's v2 data endpoints. They return data of the athlete whose access token the request contains."""

import base64
import binascii
import datetime as dt
import json
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from wearables_dev.sandbox.faulty_answers import apply_fault
from wearables_dev.sandbox.world import ENDLESS, Athlete, Record, World

LISTS = {"/cycle": "cycle", "/recovery": "recovery", "/activity/sleep": "sleep", "/activity/workout": "workout"}
DEFAULT_LIMIT, MAX_LIMIT = 10, 25
EARLIEST = dt.datetime.min.replace(tzinfo=dt.UTC)
# WHOOP marks the last page in one of three ways.
ENDINGS = (b"}", b',"next_token":null}', b',"next_token":""}')


class BadQuery(Exception):
    """A query that WHOOP rejects."""


@dataclass(frozen=True)
class Query:
    """The parameters of a request for a list."""

    limit: int
    start: dt.datetime
    end: dt.datetime
    offset: int


async def list_records(request: Request) -> Response:
    """Return a page of a collection, newest records first."""
    world: World = request.app.state.world
    athlete: Athlete = request.state.athlete
    collection = request.state.collection
    try:
        query = _query(request)
    except BadQuery as error:
        return JSONResponse({"error": "bad_request", "message": str(error)}, 400)
    fault = world.take_fault(athlete.user_id, collection)
    if fault and fault.kind == "repeat_token":
        query = Query(query.limit, query.start, query.end, 0)
    chosen = [
        record
        for record in world.records[athlete.user_id, collection]
        if record.start < query.end and record.end >= query.start
    ]
    answer = _page(chosen, query, athlete.user_id, repeat=bool(fault and fault.kind == "repeat_token"))
    return await apply_fault(fault, answer) if fault and fault.kind != "repeat_token" else answer


def _page(chosen: list[Record], query: Query, athlete_id: int, *, repeat: bool) -> Response:
    page = chosen[query.offset : query.offset + query.limit]
    following = query.offset + query.limit
    ending = ENDINGS[athlete_id % len(ENDINGS)]
    if repeat or following < len(chosen):
        ending = b',"next_token":"' + _token(following) + b'"}'
    body = b'{"records":[' + b",".join(record.body for record in page) + b"]" + ending
    return Response(body, media_type="application/json")


def _query(request: Request) -> Query:
    parameters = request.query_params
    limit = parameters.get("limit", str(DEFAULT_LIMIT))
    if not limit.isdecimal() or not 1 <= int(limit) <= MAX_LIMIT:
        raise BadQuery(f"limit must be 1 to {MAX_LIMIT}")
    token = parameters.get("nextToken")
    return Query(
        int(limit),
        _instant(parameters.get("start"), EARLIEST),
        _instant(parameters.get("end"), ENDLESS),
        _offset(token) if token is not None else 0,
    )


def _instant(text: str | None, default: dt.datetime) -> dt.datetime:
    if text is None:
        return default
    try:
        found = dt.datetime.fromisoformat(text)
    except ValueError:
        raise BadQuery("start and end must be date-times") from None
    if found.tzinfo is None:
        raise BadQuery("start and end must be date-times with an offset")
    return found


def _token(offset: int) -> bytes:
    return base64.urlsafe_b64encode(json.dumps({"offset": offset}).encode())


def _offset(token: str) -> int:
    try:
        return int(json.loads(base64.urlsafe_b64decode(token))["offset"])
    except (binascii.Error, ValueError, KeyError, TypeError):
        raise BadQuery("nextToken is not valid") from None


async def one_record(request: Request) -> Response:
    """Return a record by its id."""
    try:
        record = request.app.state.world.find(
            request.state.athlete.user_id, request.state.collection, request.path_params["record_id"]
        )
    except KeyError:
        return Response(status_code=404)
    return Response(record.body, media_type="application/json")


async def recovery_of_cycle(request: Request) -> Response:
    """Return the recovery of a cycle, or 404 if it has none."""
    return await one_record(request)


async def sleep_of_cycle(request: Request) -> Response:
    """Return the sleep that a cycle's recovery was computed from, or 404 if there is none."""
    world: World = request.app.state.world
    athlete_id = request.state.athlete.user_id
    try:
        recovery = world.find(athlete_id, "recovery", request.path_params["record_id"])
        sleep = world.find(athlete_id, "sleep", recovery.payload["sleep_id"])
    except KeyError:
        return Response(status_code=404)
    return Response(sleep.body, media_type="application/json")


async def profile(request: Request) -> Response:
    """Return the athlete's profile."""
    return JSONResponse(request.state.athlete.profile)


async def body_measurement(request: Request) -> Response:
    """Return height, weight and maximum heart rate."""
    return JSONResponse({"height_meter": 1.8, "weight_kilogram": 78.5, "max_heart_rate": 192})


async def revoke(request: Request) -> Response:
    """Withdraw the athlete's consent."""
    request.app.state.world.revoke(request.state.athlete.user_id)
    return Response(status_code=204)


def routes() -> list[tuple[str, Route]]:
    """Return every route below /developer/v2, each with the collection that it serves, or an empty string."""
    lists = [(name, Route(path, list_records)) for path, name in LISTS.items()]
    # WHOOP has no endpoint for a recovery by its id.
    singles = [(name, Route(f"{path}/{{record_id}}", one_record)) for path, name in LISTS.items() if name != "recovery"]
    return [
        *lists,
        *singles,
        ("recovery", Route("/cycle/{record_id}/recovery", recovery_of_cycle)),
        ("sleep", Route("/cycle/{record_id}/sleep", sleep_of_cycle)),
        ("", Route("/user/profile/basic", profile)),
        ("", Route("/user/measurement/body", body_measurement)),
        ("", Route("/user/access", revoke, methods=["DELETE"])),
    ]
