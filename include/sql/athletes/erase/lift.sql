-- An erased athlete has consented anew. Parameters: integration, athlete_id.
delete from ops.erased_athletes
where integration = %(integration)s
and athlete_id = %(athlete_id)s
