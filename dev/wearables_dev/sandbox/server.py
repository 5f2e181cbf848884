"""Serve a world over HTTP. Rate limits and access tokens are checked here, before an endpoint runs."""

import socket
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Mount, Route

from wearables_dev.sandbox import controls, data, oauth
from wearables_dev.sandbox.faulty_answers import ProxyResponse
from wearables_dev.sandbox.grants import COLLECTION_SCOPES, Grant
from wearables_dev.sandbox.world import World

Endpoint = Callable[[Request], Awaitable[Response]]
START_SECONDS = 20


def create_app(world: World) -> Starlette:
    """Return the ASGI application of a world."""
    v2: list[BaseRoute] = [
        Route(route.path, _of_athlete(route.endpoint, collection), methods=sorted(route.methods or ["GET"]))
        for collection, route in data.routes()
    ]
    app = Starlette(
        routes=[
            Route("/oauth/oauth2/auth", oauth.authorize, methods=["GET", "POST"]),
            Route("/oauth/oauth2/token", _limited(oauth.token), methods=["POST"]),
            Mount("/developer/v2", routes=v2),
            Mount("/sandbox", routes=controls.ROUTES),
        ]
    )
    app.state.world = world
    return app


def _limited(endpoint: Endpoint) -> Endpoint:
    """Wrap an endpoint with the rate limit and the request log, which contains no tokens."""

    async def answer(request: Request) -> Response:
        world: World = request.app.state.world
        if world.limits.spend():
            response = await endpoint(request)
        else:
            response = JSONResponse({"error": "too_many_requests"}, 429)
        if not isinstance(response, ProxyResponse):
            response.headers.update(world.limits.headers())
        athlete = getattr(request.state, "athlete", None)
        world.requests.append(
            {
                "method": request.method,
                "path": request.url.path,
                "query": dict(request.query_params),
                "athlete_id": athlete.user_id if athlete else None,
                "status": response.status_code,
            }
        )
        return response

    return answer


def _of_athlete(endpoint: Endpoint, collection: str) -> Endpoint:
    """Wrap an endpoint with the rate limit and the check of the access token and its scopes."""

    async def answer(request: Request) -> Response:
        world: World = request.app.state.world
        grant = _grant(request)
        if grant is None:
            return JSONResponse({"error": "unauthorized"}, 401)
        athlete = world.athletes[grant.athlete_id]
        request.state.athlete = athlete
        request.state.collection = collection
        if not athlete.is_active:
            return JSONResponse({"error": "deactivated_user"}, 403)
        if collection and COLLECTION_SCOPES[collection] not in grant.scopes:
            return JSONResponse({"error": "insufficient_scope"}, 403)
        return await endpoint(request)

    return _limited(answer)


def _grant(request: Request) -> Grant | None:
    world: World = request.app.state.world
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return world.grants.by_access_token(token) if scheme.lower() == "bearer" else None


def _config(world: World, log_level: str) -> uvicorn.Config:
    return uvicorn.Config(create_app(world), lifespan="off", log_level=log_level, access_log=False)


@contextmanager
def running(world: World) -> Iterator[World]:
    """Serve a world on a free loopback port, in a thread, and set ``world.url`` to its address."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        world.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        server = uvicorn.Server(_config(world, "critical"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        deadline = time.monotonic() + START_SECONDS
        while not server.started:
            if not thread.is_alive() or time.monotonic() > deadline:
                raise RuntimeError("The sandbox did not start.")
            time.sleep(0.01)
        try:
            yield world
        finally:
            server.should_exit = True
            thread.join()


def serve(world: World, host: str, port: int) -> None:
    """Serve a world until interrupted."""
    config = _config(world, "warning")
    config.host, config.port = host, port
    uvicorn.Server(config).run()
