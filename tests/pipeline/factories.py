"""Create landing files without WHOOP."""

from wearables.pipeline.answer import Answer
from wearables.pipeline.landing import Landing, Manifest


def manifest(answer: Answer) -> Manifest:
    """Return the manifest of an answer."""
    return Manifest(
        integration="team",
        run_id="run",
        athlete_id=1,
        collection="sleep",
        chunk_start="2026-03-01T00:00:00+00:00",
        chunk_end="2026-03-02T00:00:00+00:00",
        pages=1,
        records=answer.records,
        rejected=answer.rejected,
        requests=1,
        waited_seconds=0.0,
        seconds=0.1,
    )


def land(landing: Landing, lines: list[bytes]) -> None:
    """Land these lines as a complete answer."""
    answer = Answer()
    for line in lines:
        answer.add(line)
    landing.commit(answer, manifest(answer))


def lines(landing: Landing) -> list[bytes]:
    """Return the records that have landed."""
    return [line for block in landing.records() for line in block]
