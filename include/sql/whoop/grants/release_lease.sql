-- Give a lease back without a known outcome. Others may try, and can see that this attempt may have reached WHOOP.
-- Grain: at most one row of vault.refresh_attempts.
-- Parameters: integration, athlete_id, holder.
-- Inputs: nothing. Outputs: vault.refresh_attempts.
update vault.refresh_attempts
set
    holder = null,
    leased_until = clock_timestamp()
where integration = %(integration)s
and athlete_id = %(athlete_id)s
and holder = %(holder)s
