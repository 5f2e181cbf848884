-- One row per squad of an integration's athletes. Parameters: integration.
select distinct squad
from ops.athletes
where integration = %(integration)s
and squad is not null
and offboarded_at is null
order by squad
