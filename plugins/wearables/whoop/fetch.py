"""Fetch a slice: every page of one athlete's collection for one chunk, from WHOOP into the landing zone."""

import time

from wearables.pipeline.answer import Answer
from wearables.pipeline.landing import Manifest
from wearables.pipeline.slices import Slice
from wearables.whoop.client import WhoopClient
from wearables.whoop.identity import identify
from wearables.whoop.records import check_page
from wearables.whoop.transport import HttpTransport

# A new version of WHOOP's API does not have more new fields than this.
MAX_UNKNOWN_FIELDS = 100
MISROUTED = "was in the answer for another athlete"


def fetch_slice(client: WhoopClient, transport: HttpTransport, slice_: Slice) -> Manifest:
    """Request every page and land the complete answer.

    If the client raises an error, nothing has landed.
    """
    before, began = transport.spent(), time.monotonic()
    answer = Answer()
    pages = 0
    unknown: set[str] = set()
    for page in client.records(slice_.collection, slice_.chunk):
        pages += 1
        checked, fields = check_page(page, slice_.collection, slice_.athlete_id)
        unknown |= fields
        for record, line in zip(page, checked, strict=True):
            if isinstance(line, bytes):
                answer.add(line)
            else:
                _reject(answer, slice_, record, str(line))
    spent = transport.spent()
    manifest = Manifest(
        integration=slice_.integration,
        run_id=slice_.run_id,
        athlete_id=slice_.athlete_id,
        collection=slice_.collection,
        chunk_start=slice_.chunk.start.isoformat(),
        chunk_end=slice_.chunk.end.isoformat(),
        pages=pages,
        records=answer.records,
        rejected=answer.rejected,
        requests=spent.requests - before.requests,
        waited_seconds=round(spent.waited_seconds - before.waited_seconds, 3),
        seconds=round(time.monotonic() - began, 3),
        unknown_fields=tuple(sorted(unknown)[:MAX_UNKNOWN_FIELDS]),
    )
    slice_.landing.commit(answer, manifest)
    return manifest


def _reject(answer: Answer, slice_: Slice, record: bytes, reason: str) -> None:
    who = identify(record, slice_.collection, slice_.athlete_id)
    if who.athlete_id != slice_.athlete_id:
        # Always this reason: another one could hide an invalid record in the owner's own answer.
        reason = MISROUTED
    answer.reject(record, who.athlete_id, who.record_id, reason)
