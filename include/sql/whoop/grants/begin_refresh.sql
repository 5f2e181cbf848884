-- One row: the refresh that is about to be asked for. Parameters: integration, athlete_id.
insert into vault.refresh_attempts (integration, athlete_id)
values (%(integration)s, %(athlete_id)s)
on conflict (integration, athlete_id) do nothing
