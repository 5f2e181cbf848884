"""Commands for the warehouse."""

import click

from wearables.cli.dictionary_markdown import dictionary as data_dictionary
from wearables.core import schema
from wearables.core.warehouse import owner, transaction, warehouse
from wearables.whoop import grants


@click.command()
def migrate() -> None:
    """Apply pending migrations to the warehouse, as the login of WEARABLES_OWNER_URL if it is set."""
    names = schema.migrate(owner())
    for name in names:
        click.echo(f"Applied {name}.")
    if not names:
        click.echo("The warehouse is up to date.")


@click.command()
def rotate_keys() -> None:
    """Encrypt every grant with the first key in WEARABLES_GRANT_KEYS."""
    count = grants.rotate_keys(warehouse())
    click.echo(f"{count} grants are encrypted with the first key. You can remove the other keys.")


@click.command()
def dictionary() -> None:
    """Print the data dictionary as Markdown."""
    with transaction(warehouse()) as connection:
        schema.require_migrated(connection)
        click.echo(data_dictionary(connection), nl=False)
