"""The files of ``include/sql``: plain SQL, or Jinja templates that list the metrics of the catalogue."""

from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from wearables.core.errors import PermanentError
from wearables.core.metrics import Catalogue, catalogue
from wearables.core.settings import SQL_DIR

TEMPLATE = ".sql.j2"


@cache
def sql(name: str) -> str:
    """Return the text of ``include/sql/<name>.sql``, or of the template ``<name>.sql.j2``, read once per process.

    Parameters are bound as ``%(name)s``. Raises PermanentError if there is no such file.
    """
    for path in (SQL_DIR / f"{name}.sql", SQL_DIR / f"{name}{TEMPLATE}"):
        if path.is_file():
            return read(path)
    raise PermanentError(f"include/sql has no file {name}.sql and no template {name}{TEMPLATE}.")


def read(path: Path) -> str:
    """Return the text of a SQL file; a template is rendered."""
    text = path.read_text(encoding="utf-8")
    return _rendered(text, catalogue()) if path.name.endswith(TEMPLATE) else text


def templates() -> list[str]:
    """Return the names of all templates."""
    found = sorted(SQL_DIR.rglob(f"*{TEMPLATE}"))
    return [path.relative_to(SQL_DIR).as_posix().removesuffix(TEMPLATE) for path in found]


def render_templates(folder: Path) -> None:
    """Write every template into the folder as the SQL that runs, for the linter."""
    for name in templates():
        path = folder / f"{name}.sql"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(sql(name), encoding="utf-8")


@cache
def _rendered(text: str, metrics: Catalogue) -> str:
    return _environment().from_string(text).render(catalogue=metrics)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(SQL_DIR),
        undefined=StrictUndefined,
        autoescape=False,  # noqa: S701 - the templates generate SQL, not HTML
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["quoted"] = lambda text: "'" + text.replace("'", "''") + "'"
    return environment
