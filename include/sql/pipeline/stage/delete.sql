-- Marks what WHOOP no longer returns: it lies wholly inside chunks of this run that missed it. One row of `incoming` each.
-- An open cycle has no end, so no window contains it.
-- Parameters: integration, run_id; athletes and collections (in step: those read whole just now).
with missed as (
    select
        absences.athlete_id,
        absences.collection,
        absences.record_id,
        range_agg(tstzrange(absences.chunk_start, absences.chunk_end)) as periods
    from unnest(%(athletes)s::bigint [], %(collections)s::text []) as whole (athlete_id, collection)
    inner join ops.absences as absences
        on absences.integration = %(integration)s
        and absences.run_id = %(run_id)s
        and whole.athlete_id = absences.athlete_id
        and whole.collection = absences.collection
    group by absences.athlete_id, absences.collection, absences.record_id
),

inside as (
    select
        missed.athlete_id,
        missed.collection,
        missed.record_id
    from missed
    inner join raw.current_records as known
        on known.integration = %(integration)s
        and missed.athlete_id = known.athlete_id
        and missed.collection = known.collection
        and missed.record_id = known.record_id
    where known.deleted_at is null
    and known.ended_at is not null
    and missed.periods @> tstzrange(known.started_at, known.ended_at)
),

marked as (
    update raw.records as known
    set deleted_at = now()
    from inside
    where known.integration = %(integration)s
    and known.athlete_id = inside.athlete_id
    and known.collection = inside.collection
    and known.record_id = inside.record_id
    and known.superseded_at is null
    returning known.athlete_id, known.collection, known.record_id
)

insert into incoming (athlete_id, collection, record_id, outcome, is_regression)
select
    athlete_id,
    collection,
    record_id,
    'deleted',
    false
from marked
