-- One row per record that WHOOP no longer returns: it lies wholly inside chunks of this run that missed it.
-- An open cycle has no end, so no window contains it.
-- Parameters: integration, run_id, collection, athletes.
with missed as (
    select
        athlete_id,
        record_id,
        range_agg(tstzrange(chunk_start, chunk_end)) as periods
    from ops.absences
    where integration = %(integration)s
    and run_id = %(run_id)s
    and collection = %(collection)s
    and athlete_id = any(%(athletes)s::bigint [])
    group by athlete_id, record_id
),

gone as (
    select
        known.athlete_id,
        known.record_id
    from missed
    inner join raw.current_records as known
        on known.integration = %(integration)s
        and known.collection = %(collection)s
        and missed.athlete_id = known.athlete_id
        and missed.record_id = known.record_id
    where known.deleted_at is null
    and known.ended_at is not null
    and missed.periods @> tstzrange(known.started_at, known.ended_at)
)

update raw.records as known
set deleted_at = now()
from gone
where known.integration = %(integration)s
and known.collection = %(collection)s
and known.athlete_id = gone.athlete_id
and known.record_id = gone.record_id
and known.superseded_at is null
returning known.athlete_id, known.record_id
