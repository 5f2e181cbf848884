-- One row: an athlete. Parameters: integration, athlete_id.
select
    athlete_id,
    name,
    external_id,
    squad,
    position,
    first_date,
    last_date
from analytics.athletes
where integration = %(integration)s
and athlete_id = %(athlete_id)s
