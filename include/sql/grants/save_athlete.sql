-- One row: an athlete of an integration. Parameters: integration, athlete_id, first_name, last_name.
insert into ops.athletes (integration, athlete_id, first_name, last_name)
values (%(integration)s, %(athlete_id)s, %(first_name)s, %(last_name)s)
on conflict (integration, athlete_id) do update
set
    first_name = excluded.first_name,
    last_name = excluded.last_name
