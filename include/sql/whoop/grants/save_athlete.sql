-- Save an athlete who enrols, for the first time or again.
-- Grain: one row of ops.athletes.
-- Parameters: integration, athlete_id, first_name, last_name.
-- Inputs: nothing. Outputs: ops.athletes.
insert into ops.athletes (integration, athlete_id, first_name, last_name)
values (%(integration)s, %(athlete_id)s, %(first_name)s, %(last_name)s)
on conflict (integration, athlete_id) do update
set
    first_name = excluded.first_name,
    last_name = excluded.last_name,
    offboarded_at = null
