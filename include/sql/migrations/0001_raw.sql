-- Schema raw: what WHOOP answered, whole and versioned.

create schema if not exists raw;
comment on schema raw is 'What the sources answered, whole: one row per version of a record ever seen.';

create table raw.records (
    integration text not null,
    collection text not null,
    athlete_id bigint not null,
    record_id text not null,
    payload jsonb not null,
    started_at timestamptz,
    ended_at timestamptz,
    source_updated_at timestamptz not null,
    pulled_at timestamptz not null,
    run_id text not null,
    superseded_at timestamptz,
    deleted_at timestamptz
);
create unique index records_current
on raw.records (integration, athlete_id, collection, record_id)
where superseded_at is null;
create index records_history
on raw.records (integration, athlete_id, collection, record_id)
where superseded_at is not null;
create index records_period
on raw.records (integration, athlete_id, collection, started_at)
where superseded_at is null;
create index records_sleep_cycle
on raw.records (integration, athlete_id, (payload ->> 'cycle_id'), started_at)
where collection = 'sleep' and superseded_at is null;
create index records_recovery_sleep
on raw.records (integration, athlete_id, (payload ->> 'sleep_id'))
where collection = 'recovery' and superseded_at is null;

comment on table raw.records is 'One row per version of a WHOOP record ever seen.';
comment on column raw.records.integration is 'Name of the integration the record came through.';
comment on column raw.records.collection is 'cycle, recovery, sleep or workout.';
comment on column raw.records.athlete_id is 'user_id of WHOOP (int64).';
comment on column raw.records.record_id is 'Id of the record at WHOOP; of a recovery, the id of its cycle.';
comment on column raw.records.payload is 'The record as WHOOP sent it, unknown keys included.';
comment on column raw.records.started_at is 'Start of the record; null for a recovery, which has none.';
comment on column raw.records.ended_at is 'End of the record; null for a recovery and for a cycle still open.';
comment on column raw.records.source_updated_at is 'updated_at of WHOOP; the newest version wins.';
comment on column raw.records.pulled_at is 'When this version was first staged.';
comment on column raw.records.run_id is 'Airflow run that first saw this version.';
comment on column raw.records.superseded_at is 'When a newer version replaced this one; null = current.';
comment on column raw.records.deleted_at is 'When WHOOP was seen to return it no longer; null = still at WHOOP.';

create function raw.score_values(payload jsonb) returns text []
language sql immutable as $$
    -- names of the scored values that are present, one level of nesting included; none while it is not SCORED
    select coalesce(array_agg(concat_ws('.', outer_pair.field, inner_pair.field)), '{}')
    from jsonb_each(
        case
            when payload ->> 'score_state' = 'SCORED' and jsonb_typeof(payload -> 'score') = 'object'
                then payload -> 'score'
            else '{}'
        end
    ) as outer_pair (field, content)
    cross join lateral (
        select null::text as field
        where jsonb_typeof(outer_pair.content) not in ('object', 'null')
        union all
        select nested.field
        from jsonb_each(
            case when jsonb_typeof(outer_pair.content) = 'object' then outer_pair.content else '{}' end
        ) as nested (field, content)
        where jsonb_typeof(nested.content) <> 'null'
    ) as inner_pair
$$;
comment on function raw.score_values(jsonb) is 'Names of the scored values that a record carries.';

create function raw.number(content jsonb) returns double precision
language sql immutable parallel safe as $$
    -- null unless it is a number; one beyond double precision becomes infinite, or zero, instead of an error
    select case
        when jsonb_typeof(content) is distinct from 'number' then null
        when content = '0' or abs(content::numeric) between 1e-300 and 1e300 then content::double precision
        when abs(content::numeric) > 1 then double precision 'infinity'
        else 0
    end
$$;
comment on function raw.number(jsonb) is 'A JSON number; null for anything else.';

create function raw.local_time(instant timestamptz, utc_offset text) returns timestamp
language sql stable parallel safe as $$
    select instant at time zone 'utc' + case
        when utc_offset ~ '^[+-][0-9]{2}:[0-5][0-9]$' then utc_offset::interval
        else interval '0'
    end
$$;
comment on function raw.local_time(timestamptz, text) is 'Wall clock at an offset such as +05:30 or -03:00; UTC at Z.';

create function raw.cycle_of_sleep(sleep raw.records) returns text
language sql stable parallel safe as $$
    -- the cycle it names, else the one whose recovery names it, else the one in which its middle lies
    select coalesce(
        sleep.payload ->> 'cycle_id',
        (
            select max(recovery.record_id)
            from raw.records as recovery
            where recovery.integration = sleep.integration
            and recovery.collection = 'recovery'
            and recovery.athlete_id = sleep.athlete_id
            and recovery.payload ->> 'sleep_id' = sleep.record_id
            and recovery.superseded_at is null
            and recovery.deleted_at is null
        ),
        (
            select cycle.record_id
            from raw.records as cycle
            where cycle.integration = sleep.integration
            and cycle.collection = 'cycle'
            and cycle.athlete_id = sleep.athlete_id
            and cycle.started_at <= sleep.started_at + (sleep.ended_at - sleep.started_at) / 2
            and (cycle.ended_at is null or cycle.ended_at > sleep.started_at + (sleep.ended_at - sleep.started_at) / 2)
            and cycle.superseded_at is null
            and cycle.deleted_at is null
            order by cycle.started_at desc, cycle.record_id desc
            limit 1
        )
    )
$$;
comment on function raw.cycle_of_sleep(raw.records) is 'Id of the cycle that a sleep or nap belongs to.';

create view raw.current_records as
select
    known.integration,
    known.collection,
    known.athlete_id,
    known.record_id,
    known.payload,
    known.source_updated_at,
    known.deleted_at,
    coalesce(known.started_at, sleep.started_at, cycle.started_at) as started_at,
    coalesce(known.ended_at, sleep.ended_at, cycle.ended_at) as ended_at
from raw.records as known
left join raw.records as sleep
    on known.collection = 'recovery'
    and sleep.integration = known.integration
    and sleep.collection = 'sleep'
    and sleep.athlete_id = known.athlete_id
    and sleep.record_id = known.payload ->> 'sleep_id'
    and sleep.superseded_at is null
left join raw.records as cycle
    on known.collection = 'recovery'
    and cycle.integration = known.integration
    and cycle.collection = 'cycle'
    and cycle.athlete_id = known.athlete_id
    and cycle.record_id = known.record_id
    and cycle.superseded_at is null
where known.superseded_at is null;
comment on view raw.current_records is 'One row per WHOOP record: its current version, and the time it covers.';
comment on column raw.current_records.integration is 'Name of the integration the record came through.';
comment on column raw.current_records.collection is 'cycle, recovery, sleep or workout.';
comment on column raw.current_records.athlete_id is 'user_id of WHOOP (int64).';
comment on column raw.current_records.record_id is 'Id of the record at WHOOP; of a recovery, the id of its cycle.';
comment on column raw.current_records.payload is 'The record as WHOOP sent it, unknown keys included.';
comment on column raw.current_records.source_updated_at is 'updated_at of WHOOP.';
comment on column raw.current_records.deleted_at is 'When WHOOP was seen to return it no longer; null = still at WHOOP.';
comment on column raw.current_records.started_at is 'Start of the record; of a recovery, of its sleep or else of its cycle.';
comment on column raw.current_records.ended_at is 'End of the record, likewise; null while a cycle is open.';
