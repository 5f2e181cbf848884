"""The public pages for athletes, who have no login: an ASGI application that Airflow mounts at /consent."""

from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Cookie, FastAPI, Form
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from wearables.athletes.consent import result_pages
from wearables.athletes.consent.callback import AuthorizationResponse, complete
from wearables.athletes.consent.guard import Guard, content_policy
from wearables.athletes.consent.invites import begin, find_invite
from wearables.athletes.consent.render import render, render_result
from wearables.athletes.consent.result_pages import ResultPage
from wearables.core.errors import WearablesError
from wearables.core.settings import public_url, redirect_url
from wearables.core.signing import form_token, is_form_token, new_secret

PAGES = "consent"
COOKIE = "wearables_consent"
COOKIE_SECONDS = 3600
MAX_FIELD_LENGTH = 8192

Browser = Annotated[str, Cookie(alias=COOKIE)]
Field = Annotated[str, Form(max_length=MAX_FIELD_LENGTH)]

# A redirect that adds a slash would use the request's Host header, which anyone can forge.
app = FastAPI(title="Consent", docs_url=None, redoc_url=None, openapi_url=None, redirect_slashes=False)
app.add_middleware(Guard)


@app.get("/callback")
def callback(browser: Browser = "", state: str = "", code: str = "", error: str = "") -> Response:
    """Handle WHOOP's redirect."""
    return render_result(complete(AuthorizationResponse(state, code, error), browser))


@app.get("/{signed}")
def show(signed: str, browser: Browser = "") -> Response:
    """Ask the athlete for consent."""
    invite = find_invite(signed)
    if isinstance(invite, ResultPage):
        return render_result(invite)
    browser = browser or new_secret()
    page = render(
        "invite.html",
        invite=invite,
        token=form_token(PAGES, browser, signed),
        comes_back=redirect_url() == f"{public_url()}/consent/callback",
    )
    page.headers["Content-Security-Policy"] = content_policy(invite.whoop_url)
    return _with_cookie(page, browser)


@app.post("/{signed}")
def agree(signed: str, browser: Browser = "", token: Field = "") -> Response:
    """Redirect the athlete to WHOOP."""
    if not is_form_token(token, PAGES, browser, signed):
        return render_result(result_pages.FORGED_FORM)
    invite = find_invite(signed)
    if isinstance(invite, ResultPage):
        return render_result(invite)
    return _with_cookie(RedirectResponse(begin(invite, browser), 303), browser)


@app.post("/{signed}/answer")
def paste(signed: str, browser: Browser = "", token: Field = "", address: Field = "") -> Response:
    """Handle WHOOP's redirect address, which athletes paste if the team's redirect URL leads to another site."""
    if not is_form_token(token, PAGES, browser, signed):
        return render_result(result_pages.FORGED_FORM)
    return render_result(complete(AuthorizationResponse.from_address(address), browser))


@app.exception_handler(WearablesError)
def explain(request: Request, error: Exception) -> Response:
    """Show the error's message, which never contains a secret."""
    return render_result(result_pages.unavailable(str(error)))


@app.exception_handler(HTTPException)
def not_found(request: Request, error: Exception) -> Response:
    """Answer requests for any other path."""
    return render_result(result_pages.UNKNOWN)


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
