"""The commands behind `make up`, `make down` and `make demo`."""

import click


@click.group()
def local() -> None:
    """Everything on this machine: PostgreSQL, Airflow, the sandbox."""


@local.command()
def init() -> None:
    """Make the keys and passwords that are missing."""
    from wearables.local import keys

    keys.make_keys()


@local.command()
def up() -> None:
    """Start PostgreSQL and Airflow, and wait until they are healthy."""
    from wearables.local import stack

    stack.up()
    click.echo(stack.ui_line())


@local.command()
def down() -> None:
    """Stop everything that runs."""
    from wearables.local import stack

    stack.down()


@local.command()
def psql() -> None:
    """Open the embedded server's warehouse in psql."""
    from wearables.local import stack

    stack.psql()


@local.command()
def clean() -> None:
    """Stop everything and delete the embedded server with all its data."""
    from wearables.local import stack

    stack.down()
    stack.delete_data()


@local.command()
def demo() -> None:
    """Pull the sandbox squad's data through the scheduler and compare the outcome with the truth."""
    from wearables.local.demo import run

    run()
