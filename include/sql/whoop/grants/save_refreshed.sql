-- Save the token pair that a refresh returned. It does not prove that the membership is active again.
-- Grain: at most one row of vault.grants.
-- Parameters: integration, athlete_id, access_token, refresh_token (both encrypted), expires_at, scopes.
-- Inputs: nothing. Outputs: vault.grants.
update vault.grants
set
    access_token = %(access_token)s,
    refresh_token = %(refresh_token)s,
    expires_at = %(expires_at)s,
    scopes = coalesce(nullif(%(scopes)s, ''), scopes),
    state = case state when 'reconnect' then 'active' else state end,
    reason = case state when 'reconnect' then null else reason end,
    updated_at = now()
where integration = %(integration)s
and athlete_id = %(athlete_id)s
