-- Empty the queue: collect the records that have changed since the last transform, and every version of them.
-- Grain: queued has one row per athlete and collection; touched has one row per version of a queued record, older
-- versions included, because a record that moved to another day changes both days. The result is one row per collection.
-- Parameters: integration.
-- Inputs: ops.transform_queue, raw.records. Outputs: queued and touched (temporary); the queue is emptied.
-- Compiling the wide statements of the next steps would take longer than running them.
set local jit = off;

create temporary table queued (
    athlete_id bigint not null,
    collection text not null,
    record_ids text [] not null
) on commit drop;

with taken as (
    delete from ops.transform_queue
    where integration = %(integration)s
    returning athlete_id, collection, record_ids
)

insert into queued (athlete_id, collection, record_ids)
select
    taken.athlete_id,
    taken.collection,
    array_agg(distinct record.id)
from taken
cross join lateral unnest(taken.record_ids) as record (id)
group by taken.athlete_id, taken.collection;

create temporary table touched on commit drop as
select
    queued.athlete_id,
    queued.collection,
    version.record_id,
    version.started_at,
    version.ended_at,
    case when queued.collection = 'sleep' then version.payload ->> 'cycle_id' end as cycle_id,
    case when queued.collection = 'recovery' then version.payload ->> 'sleep_id' end as sleep_id,
    case
        when queued.collection in ('workout', 'export_workout')
            then raw.local_time(version.started_at, version.payload ->> 'timezone_offset')::date
    end as local_date,
    case
        when queued.collection = 'export_cycle' then raw.export_cycle_date(version.payload -> 'row')
    end as export_date,
    case when queued.collection = 'export_sleep' then version.payload ->> 'cycle' end as export_cycle_id
from queued
-- `offset 0` forces one index scan per row, even on a table that was never analysed
cross join lateral (
    select *
    from (
        -- two queries, because current and older versions have separate indexes
        select
            record_id,
            started_at,
            ended_at,
            payload
        from raw.records
        where integration = %(integration)s
        and athlete_id = queued.athlete_id
        and collection = queued.collection
        and record_id = any(queued.record_ids)
        and superseded_at is null
        union all
        select
            record_id,
            started_at,
            ended_at,
            payload
        from raw.records
        where integration = %(integration)s
        and athlete_id = queued.athlete_id
        and collection = queued.collection
        and record_id = any(queued.record_ids)
        and superseded_at is not null
    ) as either
    offset 0
) as version;

analyze touched;

select distinct collection
from queued
