-- At most one row: the invite that awaits this answer, locked until the transaction ends. Parameters: state_hash.
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
