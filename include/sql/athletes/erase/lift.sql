-- Delete the tombstone of an athlete who has consented again.
-- Grain: at most one row is deleted.
-- Parameters: integration, athlete_id.
-- Outputs: ops.erased_athletes.
delete from ops.erased_athletes
where integration = %(integration)s
and athlete_id = %(athlete_id)s
