"""Create landing files without WHOOP."""

from wearables.pipeline.landing import Landing, Manifest, Writer


def manifest(writer: Writer) -> Manifest:
    """Return the manifest of what the writer wrote."""
    return Manifest(
        integration="team",
        run_id="run",
        athlete_id=1,
        collection="sleep",
        chunk_start="2026-03-01T00:00:00+00:00",
        chunk_end="2026-03-02T00:00:00+00:00",
        pages=1,
        records=writer.records,
        rejected=writer.rejected,
        requests=1,
        waited_seconds=0.0,
        seconds=0.1,
        sha256=writer.sha256,
        attempt=writer.attempt,
    )


def land(landing: Landing, lines: list[bytes]) -> None:
    """Land these lines as a complete answer."""
    with landing.writer() as writer:
        for line in lines:
            writer.write(line)
    landing.commit(manifest(writer))
