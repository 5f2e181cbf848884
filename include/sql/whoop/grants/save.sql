-- Save the token pair of an athlete who has consented and make the grant active.
-- Grain: one row of vault.grants.
-- Parameters: integration, athlete_id, access_token, refresh_token (both encrypted), expires_at, scopes.
-- Inputs: nothing. Outputs: vault.grants.
insert into vault.grants as stored (
    integration, athlete_id, access_token, refresh_token, expires_at, scopes, state, reason, updated_at
)
values (
    %(integration)s, %(athlete_id)s, %(access_token)s, %(refresh_token)s, %(expires_at)s, %(scopes)s, 'active', null,
    now()
)
on conflict (integration, athlete_id) do update
set
    access_token = excluded.access_token,
    refresh_token = excluded.refresh_token,
    expires_at = excluded.expires_at,
    scopes = coalesce(nullif(excluded.scopes, ''), stored.scopes),
    state = excluded.state,
    reason = excluded.reason,
    ask_again_at = null,
    refresh_after = null,
    updated_at = excluded.updated_at
