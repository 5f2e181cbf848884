-- Classify every landed record against its current version in the warehouse: new, unchanged or different.
-- The payload stays in landed and is not parsed here.
-- Grain: one row of incoming per athlete, collection and record.
-- Parameters: integration.
-- Inputs: staging, landed, raw.records. Outputs: temporary table incoming.

-- enough to sort and join the keys of a large chunk in memory
set local work_mem = '32MB';

create temporary table incoming on commit drop as
with newest as (
    -- WHOOP may return a record on two pages if its list shifts between them: keep the newest version
    select distinct on (athlete_id, collection, record_id)
        line_number,
        collection,
        athlete_id,
        record_id,
        source_updated_at,
        payload_digest
    from landed
    order by athlete_id, collection, record_id, source_updated_at desc, line_number desc
)

select
    newest.line_number,
    newest.athlete_id,
    newest.collection,
    newest.record_id,
    known.place as known_place,
    case
        when known.place is null then 'new'
        when newest.source_updated_at < known.source_updated_at then 'unchanged'
        -- Since WHOOP was asked for this answer, another run has found that the record was deleted.
        when known.deleted_at > slice.started_at then 'unchanged'
        when known.deleted_at is null and known.payload_digest = newest.payload_digest then 'unchanged'
        else 'different'
    end as outcome,
    false as is_regression
from newest
inner join staging as slice
    on newest.athlete_id = slice.athlete_id
    and newest.collection = slice.collection
left join lateral (
    -- `offset 0` makes PostgreSQL probe the index once per record, even on a table that was never analysed
    select
        records.ctid as place,
        records.source_updated_at,
        records.deleted_at,
        records.payload_digest
    from raw.records as records
    where records.integration = %(integration)s
    and records.athlete_id = newest.athlete_id
    and records.collection = newest.collection
    and records.record_id = newest.record_id
    and records.superseded_at is null
    offset 0
) as known on true
