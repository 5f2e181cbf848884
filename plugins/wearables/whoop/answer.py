"""Brings one athlete's answer for one collection and chunk from WHOOP to the landing zone."""

import time

from wearables.landing import Landing, Manifest
from wearables.whoop.client import WhoopClient
from wearables.whoop.pull_log import Unit
from wearables.whoop.records import Unfit, identify, record_line
from wearables.whoop.transport import HttpTransport


def land_answer(client: WhoopClient, transport: HttpTransport, unit: Unit) -> tuple[Landing, Manifest]:
    """Ask for every page and land them whole.

    Raises what the client raises; then nothing has landed.
    """
    requests_before, waited_before, began = transport.requests_sent, transport.budget.waited_seconds, time.monotonic()
    landing = Landing.at(*_path(unit))
    pages = 0
    with landing.writer() as writer:
        for page in client.records(unit.collection, unit.chunk):
            pages += 1
            for record in page:
                try:
                    writer.write(record_line(record, unit.collection, unit.athlete_id))
                except Unfit as reason:
                    writer.reject(record, identify(record), str(reason))
    manifest = Manifest(
        integration=unit.integration,
        run_id=unit.run_id,
        athlete_id=unit.athlete_id,
        collection=unit.collection,
        window_start=unit.chunk.start.isoformat(),
        window_end=unit.chunk.end.isoformat(),
        pages=pages,
        records=writer.records,
        rejected=writer.rejected,
        requests=transport.requests_sent - requests_before,
        waited_seconds=round(transport.budget.waited_seconds - waited_before, 3),
        seconds=round(time.monotonic() - began, 3),
        sha256=writer.sha256,
    )
    landing.commit(manifest)
    return landing, manifest


def _path(unit: Unit) -> tuple[str, ...]:
    run = "".join(letter if letter.isalnum() or letter in "-_." else "_" for letter in unit.run_id)
    return unit.integration, run, unit.chunk.label, str(unit.athlete_id), unit.collection
