"""The commands behind `make up`, `make down`, `make demo` and `make clean`."""

import click


@click.group()
def local() -> None:
    """Run PostgreSQL, Airflow and the WHOOP sandbox on this machine."""


@local.command()
def init() -> None:
    """Create missing keys and passwords."""
    from wearables_dev.local import keys

    keys.make_keys()


@local.command()
def up() -> None:
    """Start PostgreSQL and Airflow and wait until they are healthy."""
    from wearables_dev.local import stack

    stack.up()
    click.echo(f"Ready: {stack.ui_line()}")


@local.command()
def down() -> None:
    """Stop PostgreSQL, Airflow and the sandbox."""
    from wearables_dev.local import stack

    stack.down()


@local.command()
def psql() -> None:
    """Open the warehouse of the embedded server in psql."""
    from wearables_dev.local import stack

    stack.psql()


@local.command()
def clean() -> None:
    """Stop everything and delete the embedded server with all its data."""
    from wearables_dev.local import stack

    stack.down()
    stack.delete_data()


@local.command()
def demo() -> None:
    """Pull the sandbox athletes' data through Airflow and check every metric."""
    from wearables_dev.local.demo import run

    run()
