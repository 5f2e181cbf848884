-- At most one row: an invite. Parameters: token_hash.
select
    integration,
    expires_at,
    accepted_at is not null as is_used,
    expires_at <= now() as is_expired
from vault.invites
where token_hash = %(token_hash)s
