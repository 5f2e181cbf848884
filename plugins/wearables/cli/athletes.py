"""Commands about athletes."""

import sys
from pathlib import Path
from typing import TextIO

import click

from wearables.enrolment import enroll as enroll_athlete
from wearables.integrations import load_integration
from wearables.migrations import require_migrated
from wearables.roster import load_roster
from wearables.settings import integrations_dir
from wearables.warehouse import run_sql, transaction, warehouse


@click.command()
@click.argument("integration")
@click.option("--refresh-token", type=click.File(), required=True, help="File that holds it; - reads stdin.")
def enroll(integration: str, refresh_token: TextIO) -> None:
    """Store an athlete's grant; asks WHOOP who it is."""
    if refresh_token is sys.stdin and sys.stdin.isatty():
        click.echo("Paste the refresh token, then press Ctrl-D:", err=True)
    athlete = enroll_athlete(integration, refresh_token.read())
    click.echo(f"Enrolled athlete {athlete.athlete_id} ({athlete.name}) in {integration}.")


@click.command()
@click.argument("integration")
def athletes(integration: str) -> None:
    """List who is enrolled, and the state of their grants."""
    name = load_integration(integration).name
    with transaction(warehouse()) as connection:
        require_migrated(connection)
        rows = run_sql(connection, "grants/roster", integration=name).all()
    if not rows:
        click.echo(f"No athlete is enrolled in {name}.")
    for row in rows:
        reason = f"  {row.reason}" if row.reason else ""
        click.echo(f"{row.athlete_id}  {row.grant_state:<9}  {row.athlete_name}{reason}")


@click.command()
@click.argument("integration")
@click.argument("file", type=click.Path(path_type=Path), required=False)
def roster(integration: str, file: Path | None) -> None:
    """Load external ids, squads and positions from a CSV; INTEGRATION.roster.csv beside the integration if left out."""
    name = load_integration(integration).name
    path = file or integrations_dir() / f"{name}.roster.csv"
    with transaction(warehouse()) as connection:
        require_migrated(connection)
        loaded = load_roster(connection, name, path)
    click.echo(f"The roster of {name} tells of {loaded.athletes} athletes.")
    if loaded.unlisted:
        click.echo(f"Enrolled but not in it: {', '.join(map(str, loaded.unlisted))}.")
