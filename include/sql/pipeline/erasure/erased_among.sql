-- Those of the given athletes who have been erased.
-- Grain: one row per athlete.
-- Parameters: integration, athletes (ids).
-- Inputs: ops.erased_athletes. Outputs: nothing.
select athlete_id
from ops.erased_athletes
where integration = %(integration)s
and athlete_id = any(%(athletes)s::bigint [])
