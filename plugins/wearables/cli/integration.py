"""Commands for integrations."""

import click

from wearables.core.integrations import load_integration
from wearables.pipeline.validate import check_setup


@click.command()
@click.argument("integration")
def validate(integration: str) -> None:
    """Check an integration's file, connection, landing zone, warehouse, athletes and credentials, as a pull does."""
    athletes = check_setup(load_integration(integration))
    active = sum(athlete.grant_state == "active" for athlete in athletes)
    click.echo(f"{integration} is ready: WHOOP accepts its credentials, {active} of {len(athletes)} grants are active.")
