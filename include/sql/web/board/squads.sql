-- The squads on an integration's roster.
-- Grain: one row per squad, sorted by name.
-- Parameters: integration.
-- Inputs: ops.athletes.
-- Outputs: squad.
select distinct squad
from ops.athletes
where integration = %(integration)s
and squad is not null
and offboarded_at is null
order by squad
