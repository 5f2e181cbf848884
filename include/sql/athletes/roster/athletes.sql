-- The athletes of an integration, locked until the transaction ends.
-- Grain: one row per athlete.
-- Parameters: integration.
-- Inputs: ops.athletes.
-- Outputs: athlete_id.
select athlete_id
from ops.athletes
where integration = %(integration)s
order by athlete_id
for update
