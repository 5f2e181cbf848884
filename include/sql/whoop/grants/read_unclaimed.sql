-- At most one row: the pair that an earlier, broken-off enrolment got for the same refresh token.
-- Parameters: integration, token_hash.
select
    access_token,
    refresh_token,
    expires_at,
    scopes
from vault.unclaimed_grants
where integration = %(integration)s
and token_hash = %(token_hash)s
