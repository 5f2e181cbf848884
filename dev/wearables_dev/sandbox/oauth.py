"""WHOOP's OAuth endpoints: the consent page and the token endpoint."""

import asyncio
import html
from typing import Any
from urllib.parse import urlencode, urlsplit

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from wearables_dev.sandbox.faults import TOKEN
from wearables_dev.sandbox.faulty_answers import apply_fault
from wearables_dev.sandbox.grants import OFFLINE, SCOPES, Grant
from wearables_dev.sandbox.world import World

FORM = "application/x-www-form-urlencoded"
STATE_LENGTH = 8
PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Sandbox consent</title>
<style>body{{font:16px system-ui;max-width:32rem;margin:3rem auto}}button{{display:block;margin:.5rem 0;padding:.5rem}}
</style><h1>Who are you?</h1><p>An app requests access to your data. This is a sandbox: choose an invented athlete.</p>
<form method="post"><p>Requested scopes:{scopes}</p>{buttons}
<button name="athlete_id" value="">I do not agree</button></form></html>"""


async def authorize(request: Request) -> Response:
    """Show the consent page (GET), or redirect to the app with the athlete's decision (POST)."""
    world: World = request.app.state.world
    query = request.query_params
    problem = _problem(world, query)
    if problem:
        return JSONResponse({"error": "invalid_request", "error_description": problem}, 400)
    if request.method == "GET":
        return HTMLResponse(_page(world, query.get("scope", "").split()))
    form = await request.form()
    athlete_id = str(form.get("athlete_id", ""))
    if not athlete_id:
        return _back(query, {"error": "access_denied", "error_description": "The resource owner denied the request"})
    if not athlete_id.isdecimal() or int(athlete_id) not in world.athletes:
        return JSONResponse({"error": "invalid_request", "error_description": "no such athlete"}, 400)
    requested = query.get("scope", "").split()
    granted = form.getlist("scope") or requested
    scopes = [scope for scope in requested if scope in granted]
    return _back(query, {"code": world.grants.code(int(athlete_id), query["redirect_uri"], scopes)})


def _problem(world: World, query: Any) -> str:
    if query.get("client_id") != world.client_id:
        return "client_id is unknown"
    if query.get("response_type") != "code":
        return "response_type must be code"
    redirect_uri = query.get("redirect_uri", "")
    is_registered = not world.redirect_uris or redirect_uri in world.redirect_uris
    if urlsplit(redirect_uri).scheme not in {"https", "http", "whoop"} or not is_registered:
        return "redirect_uri is not registered"
    if len(query.get("state", "")) < STATE_LENGTH:
        return "state must be at least eight characters long"
    if not set(query.get("scope", "").split()) <= set(SCOPES):
        return "scope is unknown"
    return ""


def _page(world: World, scopes: list[str]) -> str:
    buttons = "".join(
        f'<button name="athlete_id" value="{athlete.user_id}">'
        f"{html.escape(athlete.first_name)} {html.escape(athlete.last_name)}</button>"
        for athlete in world.athletes.values()
    )
    boxes = "".join(
        f'<br><label><input type="checkbox" name="scope" value="{scope}" checked> {scope}</label>' for scope in scopes
    )
    return PAGE.format(buttons=buttons, scopes=boxes)


def _back(query: Any, answer: dict[str, str]) -> Response:
    uri = query["redirect_uri"]
    joint = "&" if urlsplit(uri).query else "?"
    return RedirectResponse(f"{uri}{joint}{urlencode(answer | {'state': query['state']})}", 303)


async def token(request: Request) -> Response:
    """Exchange an authorization code or a refresh token for a token pair. Counts towards the rate limit."""
    world: World = request.app.state.world
    if not request.headers.get("content-type", "").startswith(FORM):
        return _error(400, "invalid_request", "the body must be a form")
    form = await request.form()
    # Like WHOOP, accept credentials in the form only.
    if (form.get("client_id"), form.get("client_secret")) != (world.client_id, world.client_secret):
        return _error(401, "invalid_client", "Client authentication failed")
    fault = world.take_fault(None, TOKEN)
    if fault and fault.kind == "slow":
        await asyncio.sleep(fault.seconds)
        if await request.is_disconnected():
            return _error(400, "invalid_request", "nobody waits for the answer")
        fault = None
    if fault and fault.kind != "disconnect":
        return await apply_fault(fault, JSONResponse({}))
    grant = _granted(world, form)
    if isinstance(grant, Response):
        return grant
    answer = JSONResponse(_pair(world, grant), headers={"Cache-Control": "no-store"})
    return await apply_fault(fault, answer) if fault else answer


def _granted(world: World, form: Any) -> Grant | Response:
    kind = form.get("grant_type")
    if kind == "authorization_code":
        grant = world.grants.redeem(str(form.get("code", "")), str(form.get("redirect_uri", "")))
        return grant or _error(400, "invalid_grant", "The authorization code is invalid, expired or used")
    if kind == "refresh_token":
        grant = world.grants.by_refresh_token(str(form.get("refresh_token", "")))
        if not grant:
            return _error(400, "invalid_grant", "The refresh token is invalid, expired or used")
        if OFFLINE not in str(form.get("scope", "")).split():
            grant.scopes = [scope for scope in grant.scopes if scope != OFFLINE]
        return world.grants.rotate(grant)
    return _error(400, "unsupported_grant_type", "grant_type must be authorization_code or refresh_token")


def _pair(world: World, grant: Grant) -> dict[str, Any]:
    pair = {
        "access_token": grant.access_token,
        "expires_in": world.token_seconds,
        "scope": " ".join(sorted(grant.scopes)),
        "token_type": "bearer",
    }
    return pair | ({"refresh_token": grant.refresh_token} if grant.refresh_token else {})


def _error(status: int, error: str, description: str) -> Response:
    return JSONResponse({"error": error, "error_description": description}, status)
