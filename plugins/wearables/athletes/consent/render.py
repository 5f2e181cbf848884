"""HTML of the consent pages; whatever is put into a template is escaped."""

from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse

from wearables.athletes.consent.result_pages import Outcome

TEMPLATES = Path(__file__).with_name("templates")
STYLE = (TEMPLATES / "style.css").read_text(encoding="utf-8")

_environment = Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined)
_environment.globals["style"] = STYLE


def render(template: str, status: int = 200, **values: Any) -> HTMLResponse:
    """A page."""
    return HTMLResponse(_environment.get_template(template).render(**values), status)


def render_outcome(outcome: Outcome) -> HTMLResponse:
    """The page that tells how it ended."""
    return render("outcome.html", outcome.status, outcome=outcome)
