-- An athlete's grant.
-- Grain: at most one row.
-- Parameters: integration, athlete_id.
-- Inputs: vault.grants. Outputs: nothing.
select
    access_token,
    refresh_token,
    expires_at,
    scopes,
    state,
    reason
from vault.grants
where integration = %(integration)s
and athlete_id = %(athlete_id)s
