"""Brings one athlete's answer for one collection and chunk from WHOOP to the landing zone."""

import time

from wearables.landing import Landing, Manifest
from wearables.whoop.client import WhoopClient
from wearables.whoop.pull_log import Unit
from wearables.whoop.records import Unfit, identify, record_line, unknown_fields
from wearables.whoop.transport import HttpTransport


def land_answer(client: WhoopClient, transport: HttpTransport, unit: Unit) -> Manifest:
    """Ask for every page and land them whole.

    Raises what the client raises; then nothing has landed.
    """
    requests_before, waited_before, began = transport.requests_sent, transport.budget.waited_seconds, time.monotonic()
    landing = landing_of(unit)
    pages = 0
    unknown: set[str] = set()
    with landing.writer() as writer:
        for page in client.records(unit.collection, unit.chunk):
            pages += 1
            for record in page:
                try:
                    line = record_line(record, unit.collection, unit.athlete_id)
                except Unfit as reason:
                    writer.reject(record, identify(record), str(reason))
                else:
                    writer.write(line)
                    unknown.update(unknown_fields(line, unit.collection))
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
        unknown_fields=tuple(sorted(unknown)),
    )
    landing.commit(manifest)
    return manifest


def landing_of(unit: Unit) -> Landing:
    """Where the answer for a unit lands."""
    run = "".join(letter if letter.isalnum() or letter in "-_." else "_" for letter in unit.run_id)
    return Landing.at(unit.integration, run, unit.chunk.label, str(unit.athlete_id), unit.collection)
