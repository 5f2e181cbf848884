-- Offboard an athlete, and remove their slices that running pulls have not landed.
-- Invitations come first to avoid a deadlock: a consent in
-- progress also locks its invitation and then its athlete.
-- Grain: one athlete.
-- Parameters: integration, athlete_id.
-- Outputs: vault.invites, ops.athletes, vault.grants, vault.refresh_attempts, ops.slices.
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

delete from ops.slices
using ops.runs
where slices.integration = %(integration)s
and slices.athlete_id = %(athlete_id)s
and slices.state in ('planned', 'running', 'failed', 'skipped', 'deferred')
and runs.integration = slices.integration
and runs.run_id = slices.run_id
and runs.state = 'running'
