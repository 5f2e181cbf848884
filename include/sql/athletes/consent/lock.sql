-- Find the invitation with this OAuth state and lock it until the transaction ends.
-- Grain: at most one row.
-- Parameters: state_hash.
-- Inputs: vault.invites.
-- Outputs: token_hash, integration, athlete_id, browser_hash, is_fresh (begun within the last hour), is_expired.
select
    token_hash,
    integration,
    athlete_id,
    browser_hash,
    begun_at > now() - interval '1 hour' as is_fresh,
    expires_at <= now() as is_expired
from vault.invites
where state_hash = %(state_hash)s
for update
