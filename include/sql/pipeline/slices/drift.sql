-- Record a field of WHOOP's answer that this version does not know, the first time it appears.
-- Grain: one row of ops.schema_drift per integration, collection and field.
-- Parameters: integration, run_id, collection, field.
-- Inputs: nothing. Outputs: ops.schema_drift.
insert into ops.schema_drift (integration, collection, field, run_id)
values (%(integration)s, %(collection)s, left(%(field)s, 200), %(run_id)s)
on conflict do nothing
