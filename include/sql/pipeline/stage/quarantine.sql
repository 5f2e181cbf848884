-- One row per record kept aside, once per reason. Parameters: integration, run_id, collection, athlete_id, record_id,
-- reason, payload.
insert into ops.quarantine (integration, run_id, collection, athlete_id, record_id, reason, payload)
values (
    %(integration)s, %(run_id)s, %(collection)s, %(athlete_id)s, coalesce(nullif(%(record_id)s, ''), md5(%(payload)s)),
    %(reason)s, %(payload)s
)
on conflict do nothing
