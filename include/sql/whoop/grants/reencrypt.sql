-- Replace a token pair with the same pair, encrypted with the newest key.
-- Grain: one row of vault.grants.
-- Parameters: integration, athlete_id, access_token, refresh_token (both encrypted).
-- Inputs: nothing. Outputs: vault.grants.
update vault.grants
set
    access_token = %(access_token)s,
    refresh_token = %(refresh_token)s
where integration = %(integration)s
and athlete_id = %(athlete_id)s
