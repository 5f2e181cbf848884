-- Empty the queue: collect the records that have changed since the last transform, and every version of them.
-- Grain: queued has one row per record; touched has one row per version of a queued record, older versions included,
-- because a record that moved to another day changes both days. Parameters: integration.
-- Inputs: ops.transform_queue, raw.records. Outputs: queued and touched (temporary); the queue is emptied.
-- The result is one row per collection that has queued records.
create temporary table queued (
    athlete_id bigint not null,
    collection text not null,
    record_id text not null
) on commit drop;

with taken as (
    delete from ops.transform_queue
    where integration = %(integration)s
    returning athlete_id, collection, record_ids
)

insert into queued (athlete_id, collection, record_id)
select distinct
    taken.athlete_id,
    taken.collection,
    record.id
from taken
cross join lateral unnest(taken.record_ids) as record (id);

analyze queued;

create temporary table touched on commit drop as
with versions as (
    -- two queries, because current and older versions have separate indexes
    select known.*
    from queued
    inner join raw.records as known
        on known.integration = %(integration)s
        and queued.athlete_id = known.athlete_id
        and queued.collection = known.collection
        and queued.record_id = known.record_id
        and known.superseded_at is null
    union all
    select known.*
    from queued
    inner join raw.records as known
        on known.integration = %(integration)s
        and queued.athlete_id = known.athlete_id
        and queued.collection = known.collection
        and queued.record_id = known.record_id
        and known.superseded_at is not null
)

select
    athlete_id,
    collection,
    record_id,
    started_at,
    ended_at,
    payload ->> 'cycle_id' as cycle_id,
    payload ->> 'sleep_id' as sleep_id,
    raw.local_time(started_at, payload ->> 'timezone_offset')::date as local_date,
    case when collection = 'export_cycle' then raw.export_cycle_date(payload -> 'row') end as export_date,
    payload ->> 'cycle' as export_cycle_id
from versions;

analyze touched;

select distinct collection
from queued
