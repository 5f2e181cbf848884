"""``bin/wearables sandbox``."""

import click

from wearables.local.ports import LOOPBACK, refuse_taken


@click.command()
@click.option("--host", default=LOOPBACK, show_default=True)
@click.option("--port", default=18100, show_default=True)
@click.option("--athletes", default=4, show_default=True, help="Size of the squad.")
@click.option("--days", default=60, show_default=True, help="Length of their history.")
@click.option("--seed", default=7, show_default=True, help="The same seed gives the same squad.")
@click.option("--per-minute", default=100, show_default=True, help="Request limit.")
@click.option("--per-day", default=10_000, show_default=True, help="Request limit.")
@click.option("--token-seconds", default=3600, show_default=True, help="Life of an access token.")
@click.option("--redirect-uri", "redirect_uris", multiple=True, help="Registered with the app; not given: any.")
@click.option("--client-id", default="sandbox-client", show_default=True)
@click.option("--client-secret", default="sandbox-secret", show_default=True)
def sandbox(host: str, port: int, **traits: int | str | tuple[str, ...]) -> None:
    """Serve a pretended WHOOP with invented athletes."""
    from wearables.sandbox.server import serve
    from wearables.sandbox.world import World

    refuse_taken(port, "the sandbox", "--port")
    click.echo(f"Sandbox: http://{host}:{port}  (athletes: http://{host}:{port}/sandbox/athletes)")
    serve(World(**traits), host, port)  # type: ignore[arg-type]
