-- All grants of the warehouse, locked until the transaction ends.
-- Grain: one row per grant.
-- Parameters: none.
-- Inputs: vault.grants (locks all rows). Outputs: nothing.
select
    integration,
    athlete_id,
    access_token,
    refresh_token
from vault.grants
order by integration, athlete_id
for update
