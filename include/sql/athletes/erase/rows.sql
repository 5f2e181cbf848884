-- One row per table: how many rows about the athlete were deleted. Parameters: integration, athlete_id.
select
    relation,
    erased_rows
from ops.erase_athlete(%(integration)s, %(athlete_id)s)
order by relation
