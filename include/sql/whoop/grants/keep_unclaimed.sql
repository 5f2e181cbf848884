-- One row: a new pair whose athlete is not known yet. Parameters: integration, token_hash, access_token, refresh_token,
-- expires_at, scopes.
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
