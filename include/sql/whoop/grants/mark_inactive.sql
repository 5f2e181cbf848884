-- Mark an athlete's membership as inactive. The first run after 20 hours asks WHOOP again, which means once a day.
-- Grain: at most one row of vault.grants: none if the mark is so recent that WHOOP has not been asked since.
-- Parameters: integration, athlete_id, reason.
-- Inputs: nothing. Outputs: vault.grants.
update vault.grants
set
    state = 'inactive',
    reason = %(reason)s,
    ask_again_at = clock_timestamp() + interval '20 hours',
    updated_at = now()
where integration = %(integration)s
and athlete_id = %(athlete_id)s
and (state = 'active' or (state = 'inactive' and ask_again_at <= clock_timestamp()))
