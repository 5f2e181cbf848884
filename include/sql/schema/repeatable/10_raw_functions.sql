-- Functions that read payloads of raw.records. Inputs: their arguments; cycle_of_sleep also reads raw.records.

create or replace function raw.score_values(payload jsonb) returns text []
language sql immutable as $$
    -- Includes one level of nesting. Empty unless the record is SCORED.
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
comment on function raw.score_values(jsonb) is 'Names of the scored values that a record contains.';

create or replace function raw.number(content jsonb) returns double precision
language sql immutable parallel safe as $$
    -- A number outside the range of double precision becomes infinity or zero instead of an error.
    select case
        when jsonb_typeof(content) is distinct from 'number' then null
        when content = '0' or abs(content::numeric) between 1e-300 and 1e300 then content::double precision
        when abs(content::numeric) > 1 then double precision 'infinity'
        else 0
    end
$$;
comment on function raw.number(jsonb) is 'A JSON number as double precision; null for anything else.';

create or replace function raw.local_time(instant timestamptz, utc_offset text) returns timestamp
language sql stable parallel safe as $$
    select instant at time zone 'utc' + case
        when utc_offset ~ '^[+-][0-9]{2}:[0-5][0-9]$' then utc_offset::interval
        else interval '0'
    end
$$;
comment on function raw.local_time(timestamptz, text) is 'Local time at a UTC offset such as +05:30 or -03:00; UTC for Z.';

create or replace function raw.cycle_of_sleep(sleep raw.records) returns text
language sql stable parallel safe as $$
    -- The cycle that the sleep names; else the one whose recovery names the sleep; else the one that contains its midpoint.
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
comment on function raw.cycle_of_sleep(raw.records) is 'ID of the cycle that a sleep or nap belongs to.';

create or replace function raw.leaves(payload jsonb) returns table (field text, content jsonb)
language sql immutable parallel safe as $$
    with recursive nodes (field, content) as (
        select
            pair.key,
            pair.value
        from jsonb_each(payload) as pair
        union all
        select
            nodes.field || '.' || pair.key,
            pair.value
        from nodes
        cross join lateral jsonb_each(
            case when jsonb_typeof(nodes.content) = 'object' then nodes.content else '{}' end
        ) as pair
    )

    select
        field,
        content
    from nodes
    where jsonb_typeof(content) not in ('object', 'null')
$$;
comment on function raw.leaves(jsonb) is 'One row per non-null value of a record, with its path. A list counts as one value.';

create or replace function raw.export_cycle_date(cells jsonb) returns date
language sql stable parallel safe as $$
    -- The rule of pipeline/transform/dated_cycles.sql, on the local times of a row of physiological_cycles.csv.
    select (
        case
            when cells ->> 'wake_onset' is null
            or cells ->> 'sleep_onset' is null
            or (
                (cells ->> 'sleep_onset')::timestamp::time >= '12:00'
                and (cells ->> 'sleep_onset')::timestamp::date = (cells ->> 'wake_onset')::timestamp::date
            )
                then (cells ->> 'cycle_start_time')::timestamp + interval '8 hours'
            else (cells ->> 'wake_onset')::timestamp
        end
    )::date
$$;
comment on function raw.export_cycle_date(jsonb) is 'Date that a cycle of an export belongs to.';
