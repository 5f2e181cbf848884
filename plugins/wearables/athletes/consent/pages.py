"""The pages an athlete sees, without any login: an ASGI application to be mounted at /consent."""

from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Cookie, FastAPI, Form
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from wearables.athletes.consent import result_pages as outcomes
from wearables.athletes.consent.callback import Answer, conclude
from wearables.athletes.consent.guard import Guard, content_policy
from wearables.athletes.consent.invites import begin, find_invite
from wearables.athletes.consent.render import render, render_outcome
from wearables.athletes.consent.result_pages import Outcome
from wearables.core.errors import WearablesError
from wearables.core.settings import public_url, redirect_url
from wearables.core.signing import form_token, is_form_token, new_secret

COOKIE = "wearables_consent"
COOKIE_SECONDS = 3600
LONGEST_ADDRESS = 8192

Browser = Annotated[str, Cookie(alias=COOKIE)]
Field = Annotated[str, Form(max_length=LONGEST_ADDRESS)]

# A redirect that mends a slash would go to whatever host the request names.
app = FastAPI(title="Consent", docs_url=None, redoc_url=None, openapi_url=None, redirect_slashes=False)
app.add_middleware(Guard)


@app.get("/callback")
def callback(browser: Browser = "", state: str = "", code: str = "", error: str = "") -> Response:
    """Where WHOOP sends the athlete back to."""
    return render_outcome(conclude(Answer(state, code, error), browser))


@app.get("/{signed}")
def show(signed: str, browser: Browser = "") -> Response:
    """What is asked of the athlete."""
    invite = find_invite(signed)
    if isinstance(invite, Outcome):
        return render_outcome(invite)
    browser = browser or new_secret()
    page = render(
        "invite.html",
        invite=invite,
        token=form_token(browser, signed),
        comes_back=redirect_url() == f"{public_url()}/consent/callback",
    )
    page.headers["Content-Security-Policy"] = content_policy(invite.whoop_url)
    return _with_cookie(page, browser)


@app.post("/{signed}")
def agree(signed: str, browser: Browser = "", token: Field = "") -> Response:
    """Send the athlete to WHOOP, and nowhere else."""
    if not is_form_token(browser, signed, token):
        return render_outcome(outcomes.FORGED_FORM)
    invite = find_invite(signed)
    if isinstance(invite, Outcome):
        return render_outcome(invite)
    return _with_cookie(RedirectResponse(begin(invite, browser), 303), browser)


@app.post("/{signed}/answer")
def paste(signed: str, browser: Browser = "", token: Field = "", address: Field = "") -> Response:
    """The way back for a team whose redirect address leads elsewhere: the athlete pastes it."""
    if not is_form_token(browser, signed, token):
        return render_outcome(outcomes.FORGED_FORM)
    return render_outcome(conclude(Answer.in_address(address), browser))


@app.exception_handler(WearablesError)
def explain(request: Request, error: Exception) -> Response:
    """One sentence with the remedy; by the rules of its kind it holds no secret."""
    return render_outcome(outcomes.unavailable(str(error)))


@app.exception_handler(HTTPException)
def not_here(request: Request, error: Exception) -> Response:
    """Any other address."""
    return render_outcome(outcomes.UNKNOWN)


def _with_cookie(response: Response, browser: str) -> Response:
    # Lax: it comes along when WHOOP sends the athlete back, and with no request that another site makes.
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
