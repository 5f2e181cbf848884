"""Commands for integrations."""

import click
from airflow.utils.session import create_session

from wearables.core.integrations import load_integration
from wearables.core.pools import require_pool
from wearables.pipeline.validate import check_setup


@click.command()
@click.argument("integration")
def validate(integration: str) -> None:
    """Check an integration's file, pool, connection, landing zone, warehouse, athletes and client credentials."""
    checked = load_integration(integration)
    with create_session() as session:
        require_pool(checked, session)
    athletes = check_setup(checked)
    active = sum(athlete.grant_state == "active" for athlete in athletes)
    click.echo(f"{integration} is ready: WHOOP accepts its credentials, {active} of {len(athletes)} grants are active.")
