"""The public pages for athletes, who have no login: an ASGI application that Airflow mounts at /consent.

A whole squad may open them at once, so they do not use the threads of Airflow's pages. They have one pool of threads
for the warehouse, and a larger one for attempts, which wait for WHOOP.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from typing import Annotated, Any
from urllib.parse import urlencode, urlsplit

from fastapi import Cookie, FastAPI, Form
from sqlalchemy.exc import SQLAlchemyError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from wearables.athletes.consent import result_pages
from wearables.athletes.consent.answers import AuthorizationResponse, receive
from wearables.athletes.consent.completion import complete
from wearables.athletes.consent.guard import Guard, content_policy
from wearables.athletes.consent.invites import begin, find_invite
from wearables.athletes.consent.render import render, render_result
from wearables.athletes.consent.result_pages import ResultPage
from wearables.core.errors import WarehouseUnavailable, WearablesError
from wearables.core.settings import public_url, redirect_url
from wearables.core.signing import form_token, is_form_token, new_secret

PAGES = "consent"
COOKIE = "wearables_consent"
COOKIE_SECONDS = 3600
MAX_FIELD_LENGTH = 8192
# An athlete should not look at a blank page for longer. The attempt itself continues.
LONGEST_WAIT_SECONDS = 8
WAREHOUSE = ThreadPoolExecutor(20, "consent")
WHOOP = ThreadPoolExecutor(100, "consent-whoop")

Browser = Annotated[str, Cookie(alias=COOKIE)]
Field = Annotated[str, Form(max_length=MAX_FIELD_LENGTH)]

# A redirect that adds a slash would use the request's Host header, which anyone can forge.
app = FastAPI(title="Consent", docs_url=None, redoc_url=None, openapi_url=None, redirect_slashes=False)
app.add_middleware(Guard)


@app.get("/callback")
async def callback(browser: Browser = "", state: str = "", code: str = "", error: str = "") -> Response:
    """Handle WHOOP's redirect."""
    return render_result(await _handle(AuthorizationResponse(state, code, error), browser))


@app.get("/{signed}")
async def show(signed: str, browser: Browser = "") -> Response:
    """Ask the athlete for consent."""
    return await _in(WAREHOUSE, _show, signed, browser or new_secret())


@app.post("/{signed}")
async def agree(signed: str, browser: Browser = "", token: Field = "") -> Response:
    """Redirect the athlete to WHOOP."""
    return await _in(WAREHOUSE, _agree, signed, browser, token)


@app.post("/{signed}/answer")
async def paste(signed: str, browser: Browser = "", token: Field = "", address: Field = "") -> Response:
    """Handle WHOOP's redirect address, which athletes paste if the team's redirect URL leads to another site."""
    if not is_form_token(token, PAGES, browser, signed):
        return render_result(result_pages.FORGED_FORM)
    answer = AuthorizationResponse.from_address(address)
    try:
        return render_result(await _handle(answer, browser))
    except WarehouseUnavailable:
        # The browser cannot submit the form again by itself, but it can reload the address of a redirect.
        return RedirectResponse(f"../callback?{urlencode(vars(answer))}", 303)


@app.exception_handler(WarehouseUnavailable)
@app.exception_handler(SQLAlchemyError)
async def busy(request: Request, error: Exception) -> Response:
    """Ask the browser to try again soon: the warehouse or Airflow's database is unreachable or too busy."""
    return render_result(result_pages.BUSY)


@app.exception_handler(WearablesError)
async def explain(request: Request, error: Exception) -> Response:
    """Show the error's message, which never contains a secret."""
    return render_result(result_pages.unavailable(str(error)))


@app.exception_handler(HTTPException)
async def not_found(request: Request, error: Exception) -> Response:
    """Answer requests for any other path."""
    return render_result(result_pages.UNKNOWN)


async def _handle(answer: AuthorizationResponse, browser: str) -> ResultPage:
    """Keep WHOOP's answer and attempt to use it. If that takes too long, it continues without the athlete."""
    received = await _in(WAREHOUSE, receive, answer, browser)
    if isinstance(received, ResultPage):
        return received
    attempt = _in(WHOOP, complete, received)
    try:
        return await asyncio.wait_for(asyncio.shield(attempt), LONGEST_WAIT_SECONDS)
    except TimeoutError:
        return result_pages.FOLLOWS


def _in(executor: Executor, function: Callable[..., Any], *arguments: Any) -> asyncio.Future[Any]:
    return asyncio.get_running_loop().run_in_executor(executor, function, *arguments)


def _show(signed: str, browser: str) -> Response:
    invite = find_invite(signed)
    if isinstance(invite, ResultPage):
        return render_result(invite)
    page = render(
        "invite.html",
        invite=invite,
        token=form_token(PAGES, browser, signed),
        comes_back=redirect_url() == f"{public_url()}/consent/callback",
    )
    page.headers["Content-Security-Policy"] = content_policy(invite.whoop_url)
    return _with_cookie(page, browser)


def _agree(signed: str, browser: str, token: str) -> Response:
    if not is_form_token(token, PAGES, browser, signed):
        return render_result(result_pages.FORGED_FORM)
    invite = find_invite(signed)
    if isinstance(invite, ResultPage):
        return render_result(invite)
    return _with_cookie(RedirectResponse(begin(invite, browser), 303), browser)


def _with_cookie(response: Response, browser: str) -> Response:
    # Lax: browsers send the cookie with WHOOP's redirect, but not with requests that another site makes.
    response.set_cookie(
        COOKIE,
        browser,
        max_age=COOKIE_SECONDS,
        path=f"{urlsplit(public_url()).path}/consent",
        secure=public_url().startswith("https:"),
        httponly=True,
        samesite="lax",
    )
    return response
