-- The active grants of athletes.
-- Grain: at most one row per athlete.
-- Parameters: integration, athletes (ids).
-- Inputs: vault.grants. Outputs: nothing.
select
    athlete_id,
    access_token,
    refresh_token,
    expires_at,
    scopes
from vault.grants
where integration = %(integration)s
and athlete_id = any(%(athletes)s::bigint [])
and state = 'active'
