-- Record a token refresh before WHOOP is asked, so that a crash between its answer and our commit is noticed.
-- Grain: one row of vault.refresh_attempts per athlete.
-- Parameters: integration, athlete_id.
-- Inputs: nothing. Outputs: vault.refresh_attempts.
insert into vault.refresh_attempts (integration, athlete_id)
values (%(integration)s, %(athlete_id)s)
on conflict (integration, athlete_id) do nothing
