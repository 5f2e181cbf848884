-- One row per record that a day is made of, for every affected athlete and date. Parameters: integration.
create temporary table day_records on commit drop as
with day_cycles as (
    select
        affected.athlete_id,
        affected.metric_date,
        known.cycle_id,
        known.main_sleep_id,
        known.sleep_ids,
        row_number() over (
            partition by affected.athlete_id, affected.metric_date
            order by known.cycle_started_at desc, known.cycle_id desc
        ) = 1 as is_winner
    from affected_days as affected
    -- `offset 0`, here and below: one probe of an index each, also on a table that was never analysed
    cross join lateral (
        select
            cycle_id,
            cycle_started_at,
            main_sleep_id,
            sleep_ids
        from analytics.cycle_days
        where integration = %(integration)s
        and athlete_id = affected.athlete_id
        and metric_date = affected.metric_date
        offset 0
    ) as known
),

members as (
    select athlete_id, metric_date, 'cycle' as collection, cycle_id as record_id, false as is_nap
    from day_cycles
    where is_winner
    union all
    select athlete_id, metric_date, 'recovery', cycle_id, false
    from day_cycles
    where is_winner
    union all
    select athlete_id, metric_date, 'sleep', main_sleep_id, false
    from day_cycles
    where is_winner and main_sleep_id is not null
    union all
    select day_cycles.athlete_id, day_cycles.metric_date, 'sleep', sleep.id, true
    from day_cycles
    cross join lateral unnest(day_cycles.sleep_ids) as sleep (id)
    union all
    select affected.athlete_id, affected.metric_date, 'workout', workout.record_id, false
    from affected_days as affected
    cross join lateral (
        select record_id
        from raw.records
        where integration = %(integration)s
        and collection = 'workout'
        and athlete_id = affected.athlete_id
        -- no offset moves a start further than this
        and started_at >= affected.metric_date::timestamp at time zone 'utc' - interval '1 day'
        and started_at < affected.metric_date::timestamp at time zone 'utc' + interval '2 days'
        and raw.local_time(started_at, payload ->> 'timezone_offset')::date = affected.metric_date
        and superseded_at is null
        offset 0
    ) as workout
)

select
    members.athlete_id,
    members.metric_date,
    members.collection,
    members.record_id,
    members.is_nap,
    known.started_at,
    known.ended_at,
    known.collection = 'cycle' and known.ended_at is null as is_provisional,
    case when known.collection <> 'workout' and not members.is_nap then known.record_id end as source_record_id,
    known.payload ->> 'score_state' = 'SCORED' as is_scored,
    case known.payload ->> 'score_state'
        when 'SCORED'
            then case when known.payload #> '{score,user_calibrating}' = 'true' then 'calibrating' else 'complete' end
        when 'PENDING_SCORE' then 'pending_score'
        else 'unscorable'
    end as state,
    known.payload ->> 'timezone_offset' as utc_offset,
    known.payload -> 'step_count' as step_count,
    known.payload -> 'score' as score
from members
cross join lateral (
    select *
    from raw.records
    where integration = %(integration)s
    and athlete_id = members.athlete_id
    and collection = members.collection
    and record_id = members.record_id
    and superseded_at is null
    and deleted_at is null
    offset 0
) as known
where not members.is_nap or known.payload -> 'nap' = 'true';

analyze day_records (athlete_id, metric_date, collection, is_nap)
