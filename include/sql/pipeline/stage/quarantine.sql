-- Quarantine a record that cannot be staged, unless its owner has been erased. A record without an id is identified by
-- a digest of its payload.
-- Grain: one row of ops.quarantine per record and reason.
-- Parameters: integration, run_id, collection, athlete_id (the owner), record_id (may be empty), reason, payload.
-- Inputs: ops.erased_athletes. Outputs: ops.quarantine.
insert into ops.quarantine (integration, run_id, collection, athlete_id, record_id, reason, payload)
select
    %(integration)s,
    %(run_id)s,
    %(collection)s,
    %(athlete_id)s,
    coalesce(nullif(%(record_id)s, ''), md5(%(payload)s)),
    %(reason)s,
    %(payload)s
where not exists (
    select
    from ops.erased_athletes
    where integration = %(integration)s
    and athlete_id = %(athlete_id)s
)
on conflict do nothing
