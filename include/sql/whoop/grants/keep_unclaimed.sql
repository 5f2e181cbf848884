-- Keep a new token pair until its athlete is known.
-- Grain: one row of vault.unclaimed_grants per token or code that was exchanged.
-- Parameters: integration, token_hash, access_token, refresh_token (both encrypted), expires_at, scopes.
-- Inputs: nothing. Outputs: vault.unclaimed_grants.
insert into vault.unclaimed_grants (integration, token_hash, access_token, refresh_token, expires_at, scopes)
values (
    %(integration)s, %(token_hash)s, %(access_token)s, %(refresh_token)s, %(expires_at)s, %(scopes)s
)
on conflict (integration, token_hash) do update
set
    access_token = excluded.access_token,
    refresh_token = excluded.refresh_token,
    expires_at = excluded.expires_at,
    scopes = excluded.scopes
