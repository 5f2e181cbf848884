-- Mark an inactive membership as active again, because WHOOP has answered with the athlete's data.
-- Grain: at most one row of vault.grants.
-- Parameters: integration, athlete_id.
-- Inputs: nothing. Outputs: vault.grants.
update vault.grants
set
    state = 'active',
    reason = null,
    ask_again_at = null,
    updated_at = now()
where integration = %(integration)s
and athlete_id = %(athlete_id)s
and state = 'inactive'
