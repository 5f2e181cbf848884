-- The roster of an integration; who is not in it has none. Parameters: integration; athlete_ids, external_ids, squads and
-- positions (in step).
update ops.athletes as known
set
    external_id = told.external_id,
    squad = told.squad,
    position = told.position
from ops.athletes as every
left join unnest(
    %(athlete_ids)s::bigint [], %(external_ids)s::text [], %(squads)s::text [], %(positions)s::text []
) as told (athlete_id, external_id, squad, position)
    on every.athlete_id = told.athlete_id
where every.integration = %(integration)s
and known.integration = every.integration
and known.athlete_id = every.athlete_id
