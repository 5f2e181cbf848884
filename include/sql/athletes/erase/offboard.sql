-- The athlete is enrolled no longer; a pull that is under way does without. Invites first: an answer
-- under way locks its invite, then the athlete. Parameters: integration, athlete_id.
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
