-- A field never met before, once. Parameters: integration, run_id, collection, field.
insert into ops.schema_drift (integration, collection, field, run_id)
values (%(integration)s, %(collection)s, left(%(field)s, 200), %(run_id)s)
on conflict do nothing
