-- Mark an athlete's grant as ended: the athlete must consent again.
-- Grain: at most one row of vault.grants.
-- Parameters: integration, athlete_id, reason.
-- Inputs: nothing. Outputs: vault.grants.
update vault.grants
set
    state = 'reconnect',
    reason = %(reason)s,
    ask_again_at = null,
    updated_at = now()
where integration = %(integration)s
and athlete_id = %(athlete_id)s
