-- How many grants the integrations hold, and how many of them are active.
-- Grain: exactly one row.
-- Parameters: integrations (an array).
-- Inputs: vault.grants. Outputs: nothing.
select
    count(*) as known,
    count(*) filter (where state = 'active') as active
from vault.grants
where integration = any(%(integrations)s::text [])
