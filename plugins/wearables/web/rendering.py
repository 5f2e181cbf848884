"""Turns a template into a page: escaped, with a token for its forms, and with headers that allow nothing else."""

import datetime as dt
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode
from zoneinfo import ZoneInfo

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse
from fastapi.templating import Jinja2Templates

from wearables.web.board.reason_labels import why_missing
from wearables.web.guard import NONCE_COOKIE, csrf_token, new_nonce

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


def page(request: Request, user: Any, template: str, status: int = 200, **context: Any) -> HTMLResponse:
    """A page, or a part of one."""
    nonce = request.cookies.get(NONCE_COOKIE) or new_nonce()
    context |= {
        "root": request.scope.get("root_path", ""),
        "airflow": request.scope.get("app_root_path", ""),
        "csrf": csrf_token(user.get_id(), nonce),
    }
    answer = TEMPLATES.TemplateResponse(request, template, context, status_code=status)
    if NONCE_COOKIE not in request.cookies:
        path, secure = context["root"] or "/", request.base_url.scheme == "https"
        answer.set_cookie(NONCE_COOKIE, nonce, path=path, httponly=True, samesite="strict", secure=secure)
    return answer


def go_to(request: Request, *path: str, **query: str) -> RedirectResponse:
    """Lead to another page of ours: always below our own root, whatever the parts are."""
    address = "/".join([request.scope.get("root_path", ""), *(quote(part, safe="") for part in path)])
    return RedirectResponse(f"{address}?{urlencode(query)}" if query else address, 303)


def moment(instant: dt.datetime | None, zone: ZoneInfo | None = None) -> str:
    """An instant as people read it, in a time zone."""
    if instant is None:
        return ""
    local = instant.astimezone(zone or dt.UTC)
    return f"{local:%Y-%m-%d %H:%M} {local.tzname()}"


def number(value: float) -> str:
    """A count with thousands set apart."""
    return f"{value:,.0f}"


def span(seconds: float) -> str:
    """A duration: 12 s, 3 min, 2 h 5 min."""
    if seconds < 60:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"


def figure(value: float | None, digits: int = 0) -> str:
    """A measured value; nothing where there is none."""
    return "" if value is None else f"{value:,.{digits}f}"


def deviation(z: float) -> str:
    """A distance from what is usual: 1.8 SD below, as usual."""
    if abs(z) < 0.05:
        return "as usual"
    return f"{abs(z):.1f} SD {'above' if z > 0 else 'below'}"


def long_date(date: dt.date) -> str:
    """A date with its day of the week."""
    return f"{date:%A}, {date.day} {date:%B %Y}"


TEMPLATES.env.filters |= {
    "moment": moment, "number": number, "span": span, "figure": figure, "deviation": deviation, "long_date": long_date,
    "why_missing": why_missing,
}  # fmt: skip
TEMPLATES.env.trim_blocks = TEMPLATES.env.lstrip_blocks = True
