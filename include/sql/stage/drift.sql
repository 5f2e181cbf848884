-- One row per field never met before in what is new or changed. Parameters: integration, run_id.
insert into ops.schema_drift (integration, collection, field, run_id)
select distinct
    %(integration)s,
    incoming.collection,
    left(array_to_string(known.parent || unknown.field, '.'), 200),
    %(run_id)s
from incoming
inner join landed on incoming.line_number = landed.line_number
inner join ops.known_fields as known on incoming.collection = known.collection
cross join lateral jsonb_object_keys(
    case
        when jsonb_typeof(landed.payload #> known.parent) = 'object'
            then (landed.payload #> known.parent) - known.fields
        else '{}'
    end
) as unknown (field)
where incoming.outcome <> 'unchanged'
on conflict do nothing
returning collection, field
