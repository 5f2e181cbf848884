-- Offboard an athlete, and remove them from running pulls. Invitations come first to avoid a deadlock: a consent in
-- progress also locks its invitation and then its athlete.
-- Grain: one athlete.
-- Parameters: integration, athlete_id.
-- Outputs: vault.invites, ops.athletes, vault.grants, vault.refresh_attempts, ops.runs.
delete from vault.invites
where integration = %(integration)s
and athlete_id = %(athlete_id)s
and accepted_at is null;

update ops.athletes
set offboarded_at = coalesce(offboarded_at, now())
where integration = %(integration)s
and athlete_id = %(athlete_id)s;

delete from vault.grants
where integration = %(integration)s
and athlete_id = %(athlete_id)s;

delete from vault.refresh_attempts
where integration = %(integration)s
and athlete_id = %(athlete_id)s;

update ops.runs
set athletes = array_remove(athletes, %(athlete_id)s)
where integration = %(integration)s
and state = 'running'
