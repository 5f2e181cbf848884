"""WHOOP's v2 data endpoints, as the athlete of the access token sees them."""

import base64
import binascii
import datetime as dt
import json
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from wearables.sandbox.faulty_answers import broken
from wearables.sandbox.world import ENDLESS, Athlete, Record, World

LISTS = {"/cycle": "cycle", "/recovery": "recovery", "/activity/sleep": "sleep", "/activity/workout": "workout"}
DEFAULT_LIMIT, GREATEST_LIMIT = 10, 25
BEGINNING = dt.datetime.min.replace(tzinfo=dt.UTC)
# WHOOP ends a list in three ways.
ENDINGS = (b"}", b',"next_token":null}', b',"next_token":""}')


class BadQuery(Exception):
    """A query WHOOP refuses."""


@dataclass(frozen=True)
class Query:
    """What a list was asked for."""

    limit: int
    start: dt.datetime
    end: dt.datetime
    offset: int


async def list_records(request: Request) -> Response:
    """A page of a collection, newest first."""
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
    return await broken(fault, answer) if fault and fault.kind != "repeat_token" else answer


def _page(chosen: list[Record], query: Query, athlete_id: int, *, repeat: bool) -> Response:
    page = chosen[query.offset : query.offset + query.limit]
    following = query.offset + query.limit
    ending = ENDINGS[athlete_id % len(ENDINGS)]
    if repeat or following < len(chosen):
        ending = b',"next_token":"' + _token(following) + b'"}'
    body = b'{"records":[' + b",".join(record.body for record in page) + b"]" + ending
    return Response(body, media_type="application/json")


def _query(request: Request) -> Query:
    asked = request.query_params
    limit = asked.get("limit", str(DEFAULT_LIMIT))
    if not limit.isdecimal() or not 1 <= int(limit) <= GREATEST_LIMIT:
        raise BadQuery(f"limit must be 1 to {GREATEST_LIMIT}")
    token = asked.get("nextToken")
    return Query(
        int(limit),
        _instant(asked.get("start"), BEGINNING),
        _instant(asked.get("end"), ENDLESS),
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
        raise BadQuery("nextToken is unknown") from None


async def one_record(request: Request) -> Response:
    """A record by its id."""
    try:
        record = request.app.state.world.find(
            request.state.athlete.user_id, request.state.collection, request.path_params["record_id"]
        )
    except KeyError:
        return Response(status_code=404)
    return Response(record.body, media_type="application/json")


async def recovery_of_cycle(request: Request) -> Response:
    """The recovery of a cycle; 404 when it has none."""
    return await one_record(request)


async def sleep_of_cycle(request: Request) -> Response:
    """The sleep that the recovery of a cycle comes from; 404 when there is none."""
    world: World = request.app.state.world
    athlete_id = request.state.athlete.user_id
    try:
        recovery = world.find(athlete_id, "recovery", request.path_params["record_id"])
        sleep = world.find(athlete_id, "sleep", recovery.payload["sleep_id"])
    except KeyError:
        return Response(status_code=404)
    return Response(sleep.body, media_type="application/json")


async def profile(request: Request) -> Response:
    """Who the athlete is."""
    return JSONResponse(request.state.athlete.profile)


async def body_measurement(request: Request) -> Response:
    """Height, weight and greatest heart rate."""
    return JSONResponse({"height_meter": 1.8, "weight_kilogram": 78.5, "max_heart_rate": 192})


async def revoke(request: Request) -> Response:
    """Withdraw the athlete's consent."""
    request.app.state.world.revoke(request.state.athlete.user_id)
    return Response(status_code=204)


def routes() -> list[tuple[str, Route]]:
    """Each route below /developer/v2, with the collection it serves (empty if none)."""
    lists = [(name, Route(path, list_records)) for path, name in LISTS.items()]
    # There is no recovery by id.
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
