-- One row per athlete of an integration, kept as they are until the transaction ends. Parameters: integration.
select athlete_id
from ops.athletes
where integration = %(integration)s
order by athlete_id
for update
