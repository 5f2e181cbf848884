-- One row per grant, locked. Parameters: none.
select
    integration,
    athlete_id,
    access_token,
    refresh_token
from vault.grants
order by integration, athlete_id
for update
