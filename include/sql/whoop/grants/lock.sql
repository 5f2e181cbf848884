-- An athlete's grant, locked until the transaction ends, and when an unfinished refresh of it began.
-- Grain: at most one row.
-- Parameters: integration, athlete_id.
-- Inputs: vault.grants (locks the row), vault.refresh_attempts. Outputs: nothing.
select
    grants.access_token,
    grants.refresh_token,
    grants.expires_at,
    grants.scopes,
    grants.state,
    grants.reason,
    attempts.attempted_at
from vault.grants as grants
left join vault.refresh_attempts as attempts
    on grants.integration = attempts.integration
    and grants.athlete_id = attempts.athlete_id
where grants.integration = %(integration)s
and grants.athlete_id = %(athlete_id)s
for update of grants
