"""Decide which exports a run of whoop_export imports: the file in its parameters, or those in the drop folders."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from wearables.core.errors import ExportRejected, LandingUnavailable, PermanentError
from wearables.whoop_export.inbox import Dropped, discard, find, waiting
from wearables.whoop_export.source import Import
from wearables.whoop_export.validate import validate

log = logging.getLogger(__name__)

PARAMS = ("integration", "athlete", "file")


@dataclass
class ValidatedExports:
    """The exports to import, and the reason for each that is rejected."""

    imports: list[Import] = field(default_factory=list)
    rejections: list[str] = field(default_factory=list)


def validate_exports(conf: Mapping[str, Any], airflow_run_id: str) -> ValidatedExports:
    """Validate the exports of a run. One that is rejected is deleted from the drop folder and does not stop the others.

    Raises PermanentError if the parameters are invalid, ExportRejected if every export is rejected.
    """
    requested = read_request(conf)
    validated = ValidatedExports()
    for file in [requested] if requested else waiting():
        try:
            validated.imports.append(validate(file.integration, file.athlete_id, file.url, airflow_run_id))
        except (PermanentError, LandingUnavailable) as reason:
            # Keep a file that could not be read: the next run tries it again.
            if isinstance(reason, ExportRejected):
                discard(file.url)
            if requested:
                raise
            validated.rejections.append(f"athlete {file.athlete_id} of {file.integration}: {reason}")
            log.error("rejected: %s", validated.rejections[-1])
    if validated.rejections and not validated.imports:
        raise ExportRejected(f"{len(validated.rejections)} export(s) rejected. First: {validated.rejections[0]}")
    return validated


def read_request(conf: Mapping[str, Any]) -> Dropped | None:
    """Return the file in the parameters, or None if there are none. Raises PermanentError if they are invalid."""
    unknown = sorted(set(conf) - set(PARAMS))
    if unknown:
        raise PermanentError(f"Unknown parameters: {', '.join(unknown)}. The parameters are {', '.join(PARAMS)}.")
    missing = [name for name in PARAMS if conf.get(name) is None or conf.get(name) == ""]
    if len(missing) == len(PARAMS):
        return None
    if missing:
        raise PermanentError(
            f"Missing parameters: {', '.join(missing)}. Give all of them, or none to import from the drop folders."
        )
    if not isinstance(conf["integration"], str) or not isinstance(conf["file"], str):
        raise PermanentError("integration and file must be strings.")
    try:
        athlete_id = int(str(conf["athlete"]))
    except ValueError:
        raise PermanentError("athlete must be a WHOOP user id, such as 10129.") from None
    return find(conf["integration"], athlete_id, conf["file"])
