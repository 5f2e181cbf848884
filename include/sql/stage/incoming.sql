-- One row per record that landed, beside the version the warehouse holds. Its payload stays in `landed`.
-- Parameters: integration.
analyze landed (line_number, collection);

create temporary table incoming on commit drop as
with named as materialized (
    -- without the payloads: the sort below stays small
    select
        line_number,
        collection,
        (payload ->> 'user_id')::bigint as athlete_id,
        payload ->> case collection when 'recovery' then 'cycle_id' else 'id' end as record_id,
        (payload ->> 'updated_at')::timestamptz as source_updated_at,
        (payload ->> 'start')::timestamptz as started_at,
        (payload ->> 'end')::timestamptz as ended_at
    from landed
),

newest as (
    -- a record may come on two pages while WHOOP's list shifts
    select distinct on (athlete_id, collection, record_id) *
    from named
    order by athlete_id, collection, record_id, source_updated_at desc, line_number desc
)

select
    newest.line_number,
    newest.athlete_id,
    newest.collection,
    newest.record_id,
    newest.source_updated_at,
    newest.started_at,
    newest.ended_at,
    known.place as known_place,
    verdict.outcome,
    case
        when verdict.outcome = 'changed' then not raw.score_values(known.payload) <@ raw.score_values(landed.payload)
        else false
    end as is_regression
from newest
inner join landed on newest.line_number = landed.line_number
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
) as known on true
cross join lateral (
    -- `offset 0`: the payloads are compared once
    select
        case
            when known.record_id is null then 'new'
            when newest.source_updated_at < known.source_updated_at then 'unchanged'
            when known.deleted_at is null and known.payload = landed.payload then 'unchanged'
            else 'changed'
        end as outcome
    from (values (true)) as once
    offset 0
) as verdict;

analyze incoming
