"""The command ``bin/wearables sandbox``."""

import click

from wearables_dev.local.ports import LOOPBACK, require_free


@click.command()
@click.option("--host", default=LOOPBACK, show_default=True)
@click.option("--port", default=18100, show_default=True)
@click.option("--athletes", default=4, show_default=True, help="Number of athletes.")
@click.option("--days", default=60, show_default=True, help="Days of history.")
@click.option("--seed", default=7, show_default=True, help="The same seed generates the same athletes.")
@click.option("--per-minute", default=100, show_default=True, help="Requests per minute.")
@click.option("--per-day", default=10_000, show_default=True, help="Requests per day.")
@click.option("--token-seconds", default=3600, show_default=True, help="Lifetime of an access token.")
@click.option("--redirect-uri", "redirect_uris", multiple=True, help="A registered redirect URI. Default: any.")
@click.option("--client-id", default="sandbox-client", show_default=True)
@click.option("--client-secret", default="sandbox-secret", show_default=True)
def sandbox(host: str, port: int, **options: int | str | tuple[str, ...]) -> None:
    """Run a WHOOP sandbox with invented athletes."""
    from wearables_dev.sandbox.server import serve
    from wearables_dev.sandbox.world import World

    require_free(port, "the sandbox", "--port")
    click.echo(f"WHOOP sandbox: http://{host}:{port} (athletes: http://{host}:{port}/sandbox/athletes)")
    serve(World(**options), host, port)  # type: ignore[arg-type]
