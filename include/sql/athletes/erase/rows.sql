-- Delete all rows about an athlete.
-- Grain: one row per table.
-- Parameters: integration, athlete_id.
-- Inputs: ops.erase_athlete().
-- Outputs: relation, erased_rows.
select
    relation,
    erased_rows
from ops.erase_athlete(%(integration)s, %(athlete_id)s)
order by relation
