-- Classify every landed record against its current version in the warehouse: new, unchanged or different.
-- The payload stays in landed.
-- Grain: one row of incoming per athlete, collection and record.
-- Parameters: integration.
-- Inputs: staging, landed, raw.records. Outputs: temporary table incoming.

-- enough to sort and join the keys of a large batch in memory
set local work_mem = '32MB';

create temporary table incoming on commit drop as
with newest as (
    -- A record may be in two answers, if it overlaps two chunks, or on two pages, if WHOOP's list shifts between them:
    -- keep the newest version.
    select distinct on (slice.athlete_id, slice.collection, landed.record_id)
        landed.line_number,
        landed.slice_number,
        slice.athlete_id,
        slice.collection,
        slice.started_at as asked_at,
        landed.record_id,
        landed.source_updated_at,
        landed.payload_digest
    from landed
    inner join staging as slice on landed.slice_number = slice.slice_number
    order by
        slice.athlete_id, slice.collection, landed.record_id, landed.source_updated_at desc, landed.line_number desc
)

select
    newest.line_number,
    newest.slice_number,
    newest.athlete_id,
    newest.collection,
    newest.record_id,
    known.place as known_place,
    case
        when known.place is null then 'new'
        when newest.source_updated_at < known.source_updated_at then 'unchanged'
        -- Since WHOOP was asked for this answer, another run has found that the record was deleted.
        when known.deleted_at > newest.asked_at then 'unchanged'
        when known.deleted_at is null and known.payload_digest = newest.payload_digest then 'unchanged'
        else 'different'
    end as outcome,
    false as is_regression
from newest
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
