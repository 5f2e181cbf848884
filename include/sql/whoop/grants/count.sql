-- One row: how many grants integrations hold, and how many of them are alive. Parameters: integrations.
select
    count(*) as known,
    count(*) filter (where state = 'active') as alive
from vault.grants
where integration = any(%(integrations)s::text [])
