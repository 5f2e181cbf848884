-- Prevent pulls and imports from restoring an erased athlete's data.
-- Grain: one athlete.
-- Parameters: integration, athlete_id.
-- Outputs: ops.erased_athletes.
insert into ops.erased_athletes (integration, athlete_id)
values (%(integration)s, %(athlete_id)s)
on conflict (integration, athlete_id) do nothing
