-- Prevent pulls and imports from restoring an erased athlete's data, and remove the athlete from the plans of all runs.
-- Grain: one athlete.
-- Parameters: integration, athlete_id.
-- Outputs: ops.erased_athletes, ops.runs.
insert into ops.erased_athletes (integration, athlete_id)
values (%(integration)s, %(athlete_id)s)
on conflict (integration, athlete_id) do nothing;

update ops.runs
set athletes = array_remove(athletes, %(athlete_id)s)
where integration = %(integration)s
and %(athlete_id)s = any(athletes)
