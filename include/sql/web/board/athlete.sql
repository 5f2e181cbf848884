-- An athlete for the athlete's page.
-- Grain: at most one row.
-- Parameters: integration, athlete_id.
-- Inputs: analytics.athletes.
-- Outputs: athlete_id, name, external_id, squad, position, first_date, last_date.
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
