"""Pull the sandbox's athletes in one process, into the configured warehouse and landing zone."""

import datetime as dt
import sys

from wearables.core.integrations import load_integration
from wearables.core.schema import migrate
from wearables.core.warehouse import warehouse
from wearables.pipeline.check import check
from wearables.pipeline.extract import extract
from wearables.pipeline.stage import stage
from wearables.pipeline.transform import transform
from wearables.pipeline.validate import Run, validate
from wearables_dev.local import demo_athletes


def pull(first: str, last: str) -> None:
    """Enrol all athletes and pull their data from the first to the last date."""
    migrate(warehouse())
    demo_athletes.enrol()
    integration = load_integration(demo_athletes.INTEGRATION)
    run = Run("alone", "manual", dt.datetime.now(dt.UTC), {"start_date": first, "end_date": last})
    for chunk in validate(integration, run):
        extract(integration, run.run_id, chunk)
        stage(integration, run.run_id, chunk)
    transform(integration, run.run_id)
    check(integration, run.run_id)


if __name__ == "__main__":
    pull(*sys.argv[1:])
