-- Lock an athlete's grant until the transaction ends, so that the next statement sees its latest state.
-- Grain: at most one row.
-- Parameters: integration, athlete_id.
-- Inputs: vault.grants (locks the row). Outputs: nothing.
select athlete_id
from vault.grants
where integration = %(integration)s
and athlete_id = %(athlete_id)s
for update
