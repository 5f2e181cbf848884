"""Endpoints below /sandbox, which WHOOP does not have: they control the sandbox, without tokens and rate limits."""

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from wearables_dev.sandbox.export import export
from wearables_dev.sandbox.world import World


async def athletes(request: Request) -> Response:
    """List all athletes."""
    world: World = request.app.state.world
    return JSONResponse([each.profile | {"is_active": each.is_active} for each in world.athletes.values()])


async def act(request: Request) -> Response:
    """Apply an action to an athlete: consent (?scope=a+b; returns the tokens), revoke, deactivate, activate, expire."""
    world: World = request.app.state.world
    athlete_id = request.path_params["athlete_id"]
    if athlete_id not in world.athletes:
        return _error(404, "no such athlete")
    action = request.path_params["action"]
    if action == "consent":
        grant = world.consent(athlete_id, request.query_params.get("scope", "").split() or None)
        return JSONResponse({"access_token": grant.access_token, "refresh_token": grant.refresh_token})
    actions = {"revoke": world.revoke, "deactivate": world.deactivate, "activate": world.activate}
    actions["expire"] = world.expire
    if action not in actions:
        return _error(404, f"no such action; use consent, {', '.join(actions)}")
    actions[action](athlete_id)
    return Response(status_code=204)


async def data_export(request: Request) -> Response:
    """Return the athlete's data export as a ZIP. With ?gps=true, workouts have the three GPS columns."""
    world: World = request.app.state.world
    athlete_id = request.path_params["athlete_id"]
    if athlete_id not in world.athletes:
        return _error(404, "no such athlete")
    packed = export(world, athlete_id, has_gps=request.query_params.get("gps") == "true")
    return Response(packed, media_type="application/zip")


async def record(request: Request) -> Response:
    """Change a record (PATCH) or delete it (DELETE)."""
    world: World = request.app.state.world
    athlete_id, collection, record_id = (
        request.path_params[name] for name in ("athlete_id", "collection", "record_id")
    )
    try:
        if request.method == "PATCH":
            return JSONResponse(world.patch(athlete_id, collection, record_id, await _body(request)))
        world.delete(athlete_id, collection, record_id)
    except KeyError:
        return _error(404, "no such record")
    except ValueError as error:
        return _error(400, str(error))
    return Response(status_code=204)


async def faults(request: Request) -> Response:
    """Schedule a fault (POST: kind, times, athlete_id, collection, status, seconds) or cancel all faults (DELETE)."""
    world: World = request.app.state.world
    if request.method == "DELETE":
        world.faults.clear()
        return Response(status_code=204)
    try:
        world.add_fault(**await _body(request))
    except (TypeError, ValueError) as error:
        return _error(400, str(error))
    return Response(status_code=204)


async def expected_metrics(request: Request) -> Response:
    """List the metric values to expect from the current records."""
    return JSONResponse(request.app.state.world.expected_metrics)


async def requests(request: Request) -> Response:
    """List all requests so far: method, path, query, athlete and status. DELETE clears the list first."""
    world: World = request.app.state.world
    if request.method == "DELETE":
        world.requests.clear()
    return JSONResponse(world.requests)


async def _body(request: Request) -> dict[str, Any]:
    found = await request.json()
    if not isinstance(found, dict):
        raise ValueError("the body must be a JSON object")
    return found


def _error(status: int, message: str) -> Response:
    return JSONResponse({"error": message}, status)


ROUTES = [
    Route("/athletes", athletes),
    Route("/athletes/{athlete_id:int}/export", data_export),
    Route("/athletes/{athlete_id:int}/{action}", act, methods=["POST"]),
    Route("/athletes/{athlete_id:int}/{collection}/{record_id}", record, methods=["PATCH", "DELETE"]),
    Route("/faults", faults, methods=["POST", "DELETE"]),
    Route("/expected-metrics", expected_metrics),
    Route("/requests", requests, methods=["GET", "DELETE"]),
]
