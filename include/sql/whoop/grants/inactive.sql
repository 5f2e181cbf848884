-- The athletes whose membership is known to be inactive.
-- Grain: one row per athlete.
-- Parameters: integration.
-- Inputs: vault.grants. Outputs: nothing.
select athlete_id
from vault.grants
where integration = %(integration)s
and state = 'inactive'
