-- The token pair that an interrupted enrolment has received for the same refresh token or code.
-- Grain: at most one row.
-- Parameters: integration, token_hash.
-- Inputs: vault.unclaimed_grants. Outputs: nothing.
select
    access_token,
    refresh_token,
    expires_at,
    scopes
from vault.unclaimed_grants
where integration = %(integration)s
and token_hash = %(token_hash)s
