-- Mark the current versions of changed records as superseded.
-- They are found by ctid, which is stable while stage/lock.sql is held. In a partitioned table a ctid is unique only
-- within its partition; the condition on the integration selects one.
-- Grain: one row of raw.records per changed record.
-- Parameters: integration.
-- Inputs: incoming. Outputs: raw.records (superseded_at).
update raw.records
set superseded_at = now()
where integration = %(integration)s
and ctid = any(array(
    select known_place
    from incoming
    where outcome = 'changed'
))
