-- What was known when, and what WHOOP changed after the fact.

create table analytics.metric_versions (
    integration text not null,
    athlete_id bigint not null,
    metric_date date not null,
    metric text not null,
    value double precision not null,
    unit text not null,
    is_provisional boolean not null,
    source_record_id text,
    updated_at timestamptz not null,
    superseded_at timestamptz not null,
    primary key (integration, athlete_id, metric, metric_date, updated_at)
);
comment on table analytics.metric_versions is 'One row per version of a metric that is no longer in analytics.metrics: replaced, or gone.';
comment on column analytics.metric_versions.integration is 'Name of the integration.';
comment on column analytics.metric_versions.athlete_id is 'user_id of WHOOP (int64).';
comment on column analytics.metric_versions.metric_date is 'Local date of the athlete.';
comment on column analytics.metric_versions.metric is 'Name of the metric, see analytics.metric_definitions.';
comment on column analytics.metric_versions.value is 'The value as it was.';
comment on column analytics.metric_versions.unit is 'Unit of the value.';
comment on column analytics.metric_versions.is_provisional is 'Whether the value could still grow.';
comment on column analytics.metric_versions.source_record_id is 'Record the value came from; null where several were added up.';
comment on column analytics.metric_versions.updated_at is 'From when on it was in analytics.metrics.';
comment on column analytics.metric_versions.superseded_at is 'From when on it was no more.';

create function analytics.metrics_as_of(moment timestamptz) returns setof analytics.metrics
language sql stable parallel safe as $$
    select
        current.integration,
        current.athlete_id,
        current.metric_date,
        current.metric,
        current.value,
        current.unit,
        current.is_provisional,
        current.source_record_id,
        current.updated_at
    from analytics.metrics as current
    where current.updated_at <= moment
    union all
    select
        former.integration,
        former.athlete_id,
        former.metric_date,
        former.metric,
        former.value,
        former.unit,
        former.is_provisional,
        former.source_record_id,
        former.updated_at
    from analytics.metric_versions as former
    where former.updated_at <= moment and former.superseded_at > moment
$$;
comment on function analytics.metrics_as_of(timestamptz) is 'The rows that analytics.metrics held at a moment; now() gives those it holds.';

create function raw.leaves(payload jsonb) returns table (field text, content jsonb)
language sql immutable parallel safe as $$
    -- every value of a record, by the path that leads to it; lists count as one value
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
comment on function raw.leaves(jsonb) is 'One row per value in a record that is not null.';

create index records_changed on raw.records (integration, superseded_at) where superseded_at is not null;
create index records_deleted on raw.records (integration, athlete_id, collection) where deleted_at is not null;

create view analytics.changes as
with replacements as (
    select
        older.integration,
        older.athlete_id,
        older.collection,
        older.record_id,
        older.payload as old_payload,
        older.superseded_at as changed_at,
        older.deleted_at,
        newer.payload as new_payload,
        newer.started_at,
        newer.ended_at,
        newer.source_updated_at
    from raw.records as older
    cross join lateral (
        -- current and older versions have an index each
        select versions.*
        from (
            select
                payload,
                started_at,
                ended_at,
                source_updated_at,
                pulled_at
            from raw.records
            where integration = older.integration
            and athlete_id = older.athlete_id
            and collection = older.collection
            and record_id = older.record_id
            and superseded_at is null
            union all
            select
                payload,
                started_at,
                ended_at,
                source_updated_at,
                pulled_at
            from raw.records
            where integration = older.integration
            and athlete_id = older.athlete_id
            and collection = older.collection
            and record_id = older.record_id
            and superseded_at is not null
        ) as versions
        where versions.pulled_at >= older.superseded_at
        order by versions.pulled_at
        limit 1
    ) as newer
    where older.superseded_at is not null
),

differences as (
    select
        replacements.integration,
        replacements.athlete_id,
        replacements.collection,
        replacements.record_id,
        replacements.new_payload as payload,
        replacements.started_at,
        replacements.ended_at,
        case
            when replacements.collection = 'cycle' and replacements.old_payload ->> 'end' is null then 'grown'
            when score_state.latter = score_state.former then 'corrected'
            when score_state.latter = 'SCORED' then 'scored'
            when score_state.former = 'SCORED' then 'withdrawn'
            else 'corrected'
        end as change,
        field.name as field,
        field.old_value,
        field.new_value,
        replacements.changed_at,
        replacements.source_updated_at
    from replacements
    cross join lateral (
        select
            replacements.old_payload ->> 'score_state' as former,
            replacements.new_payload ->> 'score_state' as latter
    ) as score_state
    cross join lateral (
        select
            coalesce(former.field, latter.field) as name,
            former.content #>> '{}' as old_value,
            latter.content #>> '{}' as new_value
        from raw.leaves(replacements.old_payload - array['updated_at', 'created_at']) as former
        full join raw.leaves(replacements.new_payload - array['updated_at', 'created_at']) as latter
            on former.field = latter.field
        where former.content is distinct from latter.content
    ) as field
    union all
    select
        integration,
        athlete_id,
        collection,
        record_id,
        new_payload,
        started_at,
        ended_at,
        'returned',
        null,
        null,
        null,
        changed_at,
        source_updated_at
    from replacements
    where deleted_at is not null
    union all
    select
        integration,
        athlete_id,
        collection,
        record_id,
        payload,
        started_at,
        ended_at,
        'deleted',
        null,
        null,
        null,
        deleted_at,
        source_updated_at
    from raw.records
    where deleted_at is not null
)

select
    differences.integration,
    differences.athlete_id,
    case
        when differences.collection = 'workout'
            then raw.local_time(differences.started_at, differences.payload ->> 'timezone_offset')::date
        else coalesce(
            (
                select cycle_days.metric_date
                from analytics.cycle_days
                where cycle_days.integration = differences.integration
                and cycle_days.athlete_id = differences.athlete_id
                and cycle_days.cycle_id = case
                    when differences.collection = 'sleep' then differences.payload ->> 'cycle_id'
                    else differences.record_id
                end
            ),
            raw.local_time(differences.ended_at, differences.payload ->> 'timezone_offset')::date
        )
    end as metric_date,
    differences.collection,
    differences.record_id,
    differences.change,
    differences.field,
    definition.metric,
    differences.old_value,
    differences.new_value,
    differences.changed_at,
    differences.source_updated_at
from differences
left join analytics.metric_definitions as definition
    on definition.source = differences.collection || '.' || differences.field;
comment on view analytics.changes is 'One row per record, field and change that WHOOP made after a pull had seen the record.';
comment on column analytics.changes.integration is 'Name of the integration.';
comment on column analytics.changes.athlete_id is 'user_id of WHOOP (int64).';
comment on column analytics.changes.metric_date is 'Date of the record now; null while it cannot be dated.';
comment on column analytics.changes.collection is 'cycle, recovery, sleep or workout.';
comment on column analytics.changes.record_id is 'Id of the record at WHOOP; of a recovery, the id of its cycle.';
comment on column analytics.changes.change is 'grown (the cycle was open), scored, corrected, withdrawn (a score that is no more), deleted or returned.';
comment on column analytics.changes.field is 'Path of the field in the record; null where the whole record was deleted or returned.';
comment on column analytics.changes.metric is 'Metric that the field gives, if it gives one by itself.';
comment on column analytics.changes.old_value is 'The value before, in the unit of WHOOP; null if there was none.';
comment on column analytics.changes.new_value is 'The value since; null if there is none.';
comment on column analytics.changes.changed_at is 'When a pull saw the change.';
comment on column analytics.changes.source_updated_at is 'updated_at of WHOOP.';
