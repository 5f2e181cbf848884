-- One row per known record that meets the chunk and was not returned by a complete, non-empty read of it.
-- Parameters: integration, run_id, chunk_start, chunk_end; athletes and collections (in step: those with such a read).
insert into ops.absences (integration, run_id, athlete_id, collection, record_id, chunk_start, chunk_end)
select
    known.integration,
    %(run_id)s,
    known.athlete_id,
    known.collection,
    known.record_id,
    %(chunk_start)s,
    %(chunk_end)s
from unnest(%(athletes)s::bigint [], %(collections)s::text []) as whole (athlete_id, collection)
inner join raw.current_records as known
    on known.integration = %(integration)s
    and whole.athlete_id = known.athlete_id
    and whole.collection = known.collection
where known.deleted_at is null
and known.started_at < %(chunk_end)s
and known.ended_at > %(chunk_start)s
and not exists (
    select
    from incoming
    where incoming.athlete_id = known.athlete_id
    and incoming.collection = known.collection
    and incoming.record_id = known.record_id
)
on conflict do nothing
