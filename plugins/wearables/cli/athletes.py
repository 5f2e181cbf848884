"""Commands for athletes."""

import getpass
import sys
from pathlib import Path
from typing import TextIO

import click

from wearables.athletes.consent.invites import create_invite
from wearables.athletes.consent.open_answers import describe_answer
from wearables.athletes.enrolment import enrol as enrol_athlete
from wearables.athletes.enrolment import not_granted
from wearables.athletes.offboarding import Receipt
from wearables.athletes.offboarding import offboard as offboard_athlete
from wearables.athletes.roster import load_roster
from wearables.core.integrations import load_integration
from wearables.core.schema import require_migrated
from wearables.core.settings import integrations_dir
from wearables.core.warehouse import run_sql, transaction, warehouse


@click.command()
@click.argument("integration")
@click.option("--refresh-token", type=click.File(), help="File with the refresh token; - reads it from stdin.")
@click.option("--invite", is_flag=True, help="Print an invitation link through which the athlete consents.")
@click.option("--athlete", type=int, help="With --invite: reserve the link for this athlete, who enrolled before.")
def enroll(integration: str, refresh_token: TextIO | None, invite: bool, athlete: int | None) -> None:
    """Invite an athlete to consent, or save the grant of one who has."""
    if invite == (refresh_token is not None):
        raise click.UsageError("Give either --invite or --refresh-token.")
    if athlete is not None and not invite:
        raise click.UsageError("--athlete can only be used with --invite: a refresh token identifies its athlete.")
    if refresh_token is None:
        invite_link = create_invite(integration, f"{getpass.getuser()} (command line)", athlete)
        click.echo(invite_link.url)
        click.echo(f"One athlete can use this link, once, until {invite_link.expires_at:%Y-%m-%d %H:%M} UTC.", err=True)
        return
    if refresh_token is sys.stdin and sys.stdin.isatty():
        click.echo("Paste the refresh token, then press Ctrl-D:", err=True)
    enrolled = enrol_athlete(integration, refresh_token.read())
    click.echo(f"Enrolled athlete {enrolled.athlete_id} ({enrolled.name}) in {integration}.")


@click.command()
@click.argument("integration")
@click.argument("athlete", type=int)
@click.option("--erase", is_flag=True, help="Also delete all the athlete's data.")
def offboard(integration: str, athlete: int, erase: bool) -> None:
    """Revoke an athlete's grant at WHOOP and stop pulling their data."""
    for line in _lines(offboard_athlete(integration, athlete, erase)):
        click.echo(line)


def _lines(receipt: Receipt) -> list[str]:
    lines = [f"Offboarded athlete {receipt.athlete_id} from {receipt.integration}: {receipt.revocation}."]
    if receipt.is_erased:
        lines += [f"{count:>9}  rows of {table}" for table, count in receipt.rows.items() if count]
        lines += [f"{receipt.landing_files:>9}  files in the landing zone"]
        lines += ["All of this was deleted. A marker remains, so that no pull brings the athlete back."]
        lines += ["Airflow's audit log, run parameters and logs still contain the id, but no name and no health value."]
    return lines


@click.command()
@click.argument("integration")
def athletes(integration: str) -> None:
    """List the enrolled athletes and the states of their grants."""
    loaded = load_integration(integration)
    with transaction(warehouse()) as connection:
        require_migrated(connection)
        rows = run_sql(connection, "whoop/grants/athletes", integration=loaded.name).all()
        answered = run_sql(connection, "athletes/consent/open", integration=loaded.name).all()
    if not rows:
        click.echo(f"No athlete is enrolled in {loaded.name}.")
    for row in rows:
        declined = not_granted(loaded.collections, row.collections)
        notes = [row.reason or "", f"Not shared: {', '.join(declined)}." if declined else ""]
        click.echo(f"{row.athlete_id}  {row.grant_state:<10}  {'  '.join(filter(None, [row.athlete_name, *notes]))}")
    for row in answered:
        click.echo(describe_answer(row), err=True)


@click.command()
@click.argument("integration")
@click.argument("file", type=click.Path(path_type=Path), required=False)
def roster(integration: str, file: Path | None) -> None:
    """Load external ids, squads and positions from a CSV file, by default the integration's INTEGRATION.roster.csv."""
    name = load_integration(integration).name
    path = file or integrations_dir() / f"{name}.roster.csv"
    with transaction(warehouse()) as connection:
        require_migrated(connection)
        loaded = load_roster(connection, name, path)
    click.echo(f"Loaded {loaded.athletes} athletes from the roster of {name}.")
    if loaded.unlisted:
        click.echo(f"Enrolled, but not on the roster: {', '.join(map(str, loaded.unlisted))}.")
