-- Delete the record of an athlete's token refresh, once its outcome is saved.
-- Grain: at most one row of vault.refresh_attempts.
-- Parameters: integration, athlete_id.
-- Inputs: nothing. Outputs: vault.refresh_attempts.
delete from vault.refresh_attempts
where integration = %(integration)s
and athlete_id = %(athlete_id)s
