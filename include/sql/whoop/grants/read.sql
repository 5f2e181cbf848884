-- An athlete's grant, whether WHOOP may be asked for the athlete's data, and whether a rejected token may be renewed.
-- Grain: at most one row.
-- Parameters: integration, athlete_id.
-- Inputs: vault.grants. Outputs: nothing.
select
    access_token,
    refresh_token,
    expires_at,
    scopes,
    state,
    reason,
    state = 'active' or (state = 'inactive' and ask_again_at <= clock_timestamp()) as is_askable,
    coalesce(refresh_after > clock_timestamp(), false) as is_refresh_paused
from vault.grants
where integration = %(integration)s
and athlete_id = %(athlete_id)s
