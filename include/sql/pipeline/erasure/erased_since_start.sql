-- The athletes who have been erased since a run began.
-- Grain: one row per athlete.
-- Parameters: integration, run_id.
-- Inputs: ops.erased_athletes, ops.runs. Outputs: nothing.
select erased.athlete_id
from ops.erased_athletes as erased
inner join ops.runs as runs on erased.integration = runs.integration
where erased.integration = %(integration)s
and runs.run_id = %(run_id)s
and erased.erased_at >= runs.started_at
