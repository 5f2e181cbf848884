-- Extend a lease, while its holder waits for WHOOP's answer.
-- Grain: at most one row of vault.refresh_attempts.
-- Parameters: integration, athlete_id, holder, seconds.
-- Inputs: nothing. Outputs: vault.refresh_attempts.
update vault.refresh_attempts
set leased_until = clock_timestamp() + make_interval(secs => %(seconds)s)
where integration = %(integration)s
and athlete_id = %(athlete_id)s
and holder = %(holder)s
