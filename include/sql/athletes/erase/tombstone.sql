-- One row: this athlete must not come back. Plans forget who was asked for. Parameters: integration, athlete_id.
insert into ops.erased_athletes (integration, athlete_id)
values (%(integration)s, %(athlete_id)s)
on conflict (integration, athlete_id) do nothing;

update ops.runs
set athletes = array_remove(athletes, %(athlete_id)s)
where integration = %(integration)s
and %(athlete_id)s = any(athletes)
