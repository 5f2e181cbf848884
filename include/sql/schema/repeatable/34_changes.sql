-- analytics.changes: changes that WHOOP made to pulled records. Grain: one row per record, field and change.
-- Inputs: raw.records, analytics.cycle_days, analytics.metric_definitions.

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
        -- One branch per partial index: current version, former versions.
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
comment on view analytics.changes is 'One row per record, field and change that WHOOP made after the record was first pulled.';
comment on column analytics.changes.integration is 'Name of the integration.';
comment on column analytics.changes.athlete_id is 'WHOOP user ID of the athlete.';
comment on column analytics.changes.metric_date is 'Current date of the record; null while it has none.';
comment on column analytics.changes.collection is 'cycle, recovery, sleep or workout.';
comment on column analytics.changes.record_id is 'WHOOP ID of the record; a recovery has the ID of its cycle.';
comment on column analytics.changes.change is 'grown (the cycle was open), scored, corrected, withdrawn (the score was removed), deleted or returned.';
comment on column analytics.changes.field is 'Path of the field in the record; null if the whole record was deleted or returned.';
comment on column analytics.changes.metric is 'Metric that is read from this field alone, if there is one.';
comment on column analytics.changes.old_value is 'Value before the change, in WHOOP''s unit; null if there was none.';
comment on column analytics.changes.new_value is 'Value after the change, in WHOOP''s unit; null if there is none.';
comment on column analytics.changes.changed_at is 'When a pull found the change.';
comment on column analytics.changes.source_updated_at is 'WHOOP''s updated_at.';
