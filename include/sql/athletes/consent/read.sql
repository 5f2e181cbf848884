-- Read an invitation.
-- Grain: at most one row.
-- Parameters: token_hash.
-- Inputs: vault.invites.
-- Outputs: integration, expires_at, is_used, is_expired.
select
    integration,
    expires_at,
    accepted_at is not null as is_used,
    expires_at <= now() as is_expired
from vault.invites
where token_hash = %(token_hash)s
