-- Delete the record of an athlete's token refresh, once its outcome is known.
-- Grain: at most one row of vault.refresh_attempts: none if another task holds the lease by now.
-- Parameters: integration, athlete_id, holder (null: any holder).
-- Inputs: nothing. Outputs: vault.refresh_attempts.
delete from vault.refresh_attempts
where integration = %(integration)s
and athlete_id = %(athlete_id)s
and (%(holder)s::uuid is null or holder = %(holder)s)
