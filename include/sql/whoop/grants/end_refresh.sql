-- The refresh of an athlete has its outcome. Parameters: integration, athlete_id.
delete from vault.refresh_attempts
where integration = %(integration)s
and athlete_id = %(athlete_id)s
