-- One row per record that landed, beside the version the warehouse holds. Parameters: integration.
analyze landed;

create temporary table incoming on commit drop as
with parsed as materialized (
    -- parsed once, not once for each field
    select
        line_number,
        collection,
        line::jsonb as payload
    from landed
),

named as (
    select
        collection,
        (payload ->> 'user_id')::bigint as athlete_id,
        payload ->> case collection when 'recovery' then 'cycle_id' else 'id' end as record_id,
        (payload ->> 'updated_at')::timestamptz as source_updated_at,
        (payload ->> 'start')::timestamptz as started_at,
        (payload ->> 'end')::timestamptz as ended_at,
        payload,
        line_number
    from parsed
),

newest as (
    -- a record may come on two pages while WHOOP's list shifts
    select distinct on (athlete_id, collection, record_id) *
    from named
    order by athlete_id, collection, record_id, source_updated_at desc, line_number desc
)

select
    newest.*,
    known.place as known_place,
    case
        when known.record_id is null then 'new'
        when newest.source_updated_at < known.source_updated_at then 'unchanged'
        when known.payload = newest.payload and known.deleted_at is null then 'unchanged'
        else 'changed'
    end as outcome,
    case
        when known.record_id is null or newest.source_updated_at < known.source_updated_at then false
        when known.payload = newest.payload then false
        else not raw.score_values(known.payload) <@ raw.score_values(newest.payload)
    end as is_regression
from newest
left join lateral (
    -- `offset 0`: one probe of the index each, also on a table that was never analysed
    select
        records.ctid as place,
        records.record_id,
        records.payload,
        records.source_updated_at,
        records.deleted_at
    from raw.records as records
    where records.integration = %(integration)s
    and records.athlete_id = newest.athlete_id
    and records.collection = newest.collection
    and records.record_id = newest.record_id
    and records.superseded_at is null
    offset 0
) as known on true;

analyze incoming
