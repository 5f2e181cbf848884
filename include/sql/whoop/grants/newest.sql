-- The grant of an integration that was saved last.
-- Grain: at most one row.
-- Parameters: integration.
-- Inputs: vault.grants. Outputs: nothing.
select
    access_token,
    refresh_token,
    expires_at,
    scopes
from vault.grants
where integration = %(integration)s
order by updated_at desc
limit 1
