-- One row per record that landed, beside the version the warehouse holds. Parameters: integration.
analyze landed;

create temporary table incoming on commit drop as
with parsed as (
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
    case
        when known.record_id is null then 'new'
        when newest.source_updated_at < known.source_updated_at then 'unchanged'
        when known.payload = newest.payload and known.deleted_at is null then 'unchanged'
        else 'changed'
    end as outcome,
    known.record_id is not null
    and newest.source_updated_at >= known.source_updated_at
    and not raw.score_values(known.payload) <@ raw.score_values(newest.payload) as is_regression
from newest
left join raw.records as known
    on known.integration = %(integration)s
    and newest.athlete_id = known.athlete_id
    and newest.collection = known.collection
    and newest.record_id = known.record_id
    and known.superseded_at is null;

analyze incoming
