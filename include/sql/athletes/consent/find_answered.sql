-- Find the invitation with this OAuth state and lock it until the transaction ends.
-- Grain: at most one row.
-- Parameters: state_hash.
-- Inputs: vault.invites (locks the row).
-- Outputs: token_hash, integration, browser_hash, is_answered (WHOOP's answer is kept), is_used,
-- is_fresh (begun within the last hour), is_expired.
select
    token_hash,
    integration,
    browser_hash,
    code is not null as is_answered,
    accepted_at is not null as is_used,
    begun_at > now() - interval '1 hour' as is_fresh,
    expires_at <= now() as is_expired
from vault.invites
where state_hash = %(state_hash)s
for update
