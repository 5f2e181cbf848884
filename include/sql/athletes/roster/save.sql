-- Replace the roster of an integration. Athletes who are not listed lose their roster values.
-- Grain: every athlete of the integration is updated.
-- Parameters: integration; athlete_ids, external_ids, squads, positions (four arrays of equal length).
-- Outputs: ops.athletes.
update ops.athletes as athletes
set
    external_id = listed.external_id,
    squad = listed.squad,
    position = listed.position
from ops.athletes as enrolled
left join unnest(
    %(athlete_ids)s::bigint [], %(external_ids)s::text [], %(squads)s::text [], %(positions)s::text []
) as listed (athlete_id, external_id, squad, position)
    on enrolled.athlete_id = listed.athlete_id
where enrolled.integration = %(integration)s
and athletes.integration = enrolled.integration
and athletes.athlete_id = enrolled.athlete_id
