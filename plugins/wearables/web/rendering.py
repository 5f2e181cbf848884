"""Render templates as pages: escaped, with a CSRF token for forms and a strict Content-Security-Policy."""

import datetime as dt
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode
from zoneinfo import ZoneInfo

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse
from fastapi.templating import Jinja2Templates

from wearables.core.signing import form_token, new_secret
from wearables.web.board.reason_labels import why_missing
from wearables.web.guard import BROWSER_COOKIE, PAGES

TEMPLATES = Jinja2Templates(Path(__file__).with_name("templates"))
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "form-action 'self'; frame-ancestors 'self'; base-uri 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
}


def page(request: Request, user: Any, template: str, status_code: int = 200, /, **context: Any) -> HTMLResponse:
    """Render a page, or a part of one, for a user."""
    browser = request.cookies.get(BROWSER_COOKIE) or new_secret()
    context |= {
        "root": request.scope.get("root_path", ""),
        "airflow": request.scope.get("app_root_path", ""),
        "csrf": form_token(PAGES, browser, user.get_id()),
    }
    response = TEMPLATES.TemplateResponse(request, template, context, status_code=status_code)
    if BROWSER_COOKIE not in request.cookies:
        path, secure = context["root"] or "/", request.base_url.scheme == "https"
        response.set_cookie(BROWSER_COOKIE, browser, path=path, httponly=True, samesite="strict", secure=secure)
    return response


def redirect_to(request: Request, *path: str, **query: str) -> RedirectResponse:
    """Redirect to one of our pages. The target is always below our own root, whatever ``path`` contains."""
    address = "/".join([request.scope.get("root_path", ""), *(quote(part, safe="") for part in path)])
    return RedirectResponse(f"{address}?{urlencode(query)}" if query else address, 303)


def moment(instant: dt.datetime | None, zone: ZoneInfo | None = None) -> str:
    """Format an instant in a time zone, for example 2026-03-01 06:00 CET."""
    if instant is None:
        return ""
    local = instant.astimezone(zone or dt.UTC)
    return f"{local:%Y-%m-%d %H:%M} {local.tzname()}"


def number(value: float) -> str:
    """Format a count with thousands separators."""
    return f"{value:,.0f}"


def duration(seconds: float) -> str:
    """Format a duration, for example 12 s, 3 min or 2 h 5 min."""
    if seconds < 60:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"


def figure(value: float | None, digits: int = 0) -> str:
    """Format a measured value, or return an empty string if there is none."""
    return "" if value is None else f"{value:,.{digits}f}"


def deviation(z: float) -> str:
    """Format a distance from the baseline, for example "1.8 SD below" or "as usual"."""
    if abs(z) < 0.05:
        return "as usual"
    return f"{abs(z):.1f} SD {'above' if z > 0 else 'below'}"


def long_date(date: dt.date) -> str:
    """Format a date with its weekday."""
    return f"{date:%A}, {date.day} {date:%B %Y}"


FILTERS = (moment, number, duration, figure, deviation, long_date, why_missing)
TEMPLATES.env.filters |= {each.__name__: each for each in FILTERS}
TEMPLATES.env.trim_blocks = TEMPLATES.env.lstrip_blocks = True
