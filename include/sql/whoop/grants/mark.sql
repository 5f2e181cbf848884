-- The grant of an athlete is of no use until it is renewed.
-- Parameters: integration, athlete_id, state (reconnect or inactive), reason.
update vault.grants
set
    state = %(state)s,
    reason = %(reason)s,
    updated_at = now()
where integration = %(integration)s
and athlete_id = %(athlete_id)s
