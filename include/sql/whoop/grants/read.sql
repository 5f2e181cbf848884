-- At most one row: the grant of an athlete. Parameters: integration, athlete_id.
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
