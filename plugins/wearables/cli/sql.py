"""The command that prints SQL."""

from pathlib import Path

import click

from wearables.core import sql_files


@click.command()
@click.argument("name", required=False)
@click.option("--render", type=click.Path(path_type=Path, file_okay=False), help="Write every template here, rendered.")
def sql(name: str | None, render: Path | None) -> None:
    """Print a file of include/sql as PostgreSQL receives it, for example pipeline/transform/fresh_days."""
    if (name is None) == (render is None):
        raise click.UsageError("Give either NAME or --render.")
    if render:
        sql_files.render_templates(render)
    else:
        click.echo(sql_files.sql(str(name)))
