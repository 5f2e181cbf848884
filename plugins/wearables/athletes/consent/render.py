"""Render the consent pages. Every value in a template is escaped."""

from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse

from wearables.athletes.consent.result_pages import ResultPage

TEMPLATES = Path(__file__).with_name("templates")
STYLE = (TEMPLATES / "style.css").read_text(encoding="utf-8")

_environment = Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined)
_environment.globals["style"] = STYLE


def render(template: str, status: int = 200, **values: Any) -> HTMLResponse:
    """Render a page."""
    return HTMLResponse(_environment.get_template(template).render(**values), status)


def render_result(result: ResultPage) -> HTMLResponse:
    """Render a result page."""
    response = render("result.html", result.status, result=result)
    if result.retry_seconds:
        response.headers["Retry-After"] = str(result.retry_seconds)
    return response
