-- Save which collections an athlete allowed when they consented.
-- Grain: at most one row of vault.grants.
-- Parameters: integration, athlete_id, collections (null: not known).
-- Inputs: nothing. Outputs: vault.grants.
update vault.grants
set collections = %(collections)s::text []
where integration = %(integration)s
and athlete_id = %(athlete_id)s
