"""What a run of whoop_export is to import: the file of its parameters, or those in the drop folders."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from wearables.core.errors import ExportRejected, LandingUnavailable, PermanentError
from wearables.whoop_export.inbox import Dropped, discard, waiting
from wearables.whoop_export.source import Import
from wearables.whoop_export.validate import validate

log = logging.getLogger(__name__)

PARAMS = ("integration", "athlete", "file")


@dataclass
class Verdict:
    """The exports that may be imported, and a sentence for each that may not."""

    imports: list[Import] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)


def judge(conf: Mapping[str, Any], airflow_run_id: str) -> Verdict:
    """Validate what the run is about; a refused file of the drop folder is deleted and holds up no other.

    Raises PermanentError for parameters that cannot work, ExportRejected when there is nothing left to import.
    """
    wanted = read_request(conf)
    verdict = Verdict()
    for file in [wanted] if wanted else waiting():
        try:
            verdict.imports.append(validate(file.integration, file.athlete_id, file.url, airflow_run_id))
        except (PermanentError, LandingUnavailable) as reason:
            # A file that could not be read stays, and is tried again.
            if isinstance(reason, ExportRejected):
                discard(file.url)
            if wanted:
                raise
            verdict.refusals.append(f"athlete {file.athlete_id} of {file.integration}: {reason}")
            log.error("refused: %s", verdict.refusals[-1])
    if verdict.refusals and not verdict.imports:
        raise ExportRejected(f"{len(verdict.refusals)} export(s) refused, named above. First: {verdict.refusals[0]}")
    return verdict


def read_request(conf: Mapping[str, Any]) -> Dropped | None:
    """The file that the parameters name; None for the drop folders. Raises PermanentError with what to correct."""
    unknown = sorted(set(conf) - set(PARAMS))
    if unknown:
        raise PermanentError(f"Unknown parameter {', '.join(unknown)}; known are {', '.join(PARAMS)}.")
    missing = [name for name in PARAMS if conf.get(name) is None or conf.get(name) == ""]
    if len(missing) == len(PARAMS):
        return None
    if missing:
        raise PermanentError(
            f"{', '.join(missing)} is missing; give {', '.join(PARAMS)}, or none for the drop folders."
        )
    if not isinstance(conf["integration"], str) or not isinstance(conf["file"], str):
        raise PermanentError("integration and file must be texts.")
    try:
        athlete_id = int(str(conf["athlete"]))
    except ValueError:
        raise PermanentError("athlete must be a WHOOP user id, such as 10129.") from None
    return Dropped(conf["integration"], athlete_id, conf["file"])
