-- Mark an athlete's grant as unusable until it is renewed.
-- Grain: at most one row of vault.grants.
-- Parameters: integration, athlete_id, state (reconnect or inactive), reason.
-- Inputs: nothing. Outputs: vault.grants.
update vault.grants
set
    state = %(state)s,
    reason = %(reason)s,
    updated_at = now()
where integration = %(integration)s
and athlete_id = %(athlete_id)s
