-- Read an invitation.
-- Grain: at most one row.
-- Parameters: token_hash.
-- Inputs: vault.invites.
-- Outputs: integration, expires_at, is_answered (WHOOP's answer is kept), is_used, is_expired.
select
    integration,
    expires_at,
    code is not null as is_answered,
    accepted_at is not null as is_used,
    expires_at <= now() as is_expired
from vault.invites
where token_hash = %(token_hash)s
