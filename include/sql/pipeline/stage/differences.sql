-- Compare the values of records whose digest differs: the same JSON in another notation is `unchanged`.
-- A changed record is a regression if it lost a score value that the warehouse holds.
-- Grain: one row of incoming per record whose outcome was `different`.
-- Parameters: integration.
-- Inputs: landed, raw.records. Outputs: incoming (outcome, is_regression).
update incoming
set
    outcome = compared.outcome,
    is_regression = compared.outcome = 'changed'
    and not raw.score_values(compared.known_payload) <@ raw.score_values(compared.payload)
from (
    select
        different.line_number,
        landed.payload,
        known.payload as known_payload,
        case
            when known.deleted_at is null and known.payload = landed.payload then 'unchanged'
            else 'changed'
        end as outcome
    from incoming as different
    inner join landed on different.line_number = landed.line_number
    cross join lateral (
        -- `offset 0`: see incoming.sql
        select
            records.payload,
            records.deleted_at
        from raw.records as records
        where records.integration = %(integration)s
        and records.athlete_id = different.athlete_id
        and records.collection = different.collection
        and records.record_id = different.record_id
        and records.superseded_at is null
        offset 0
    ) as known
    where different.outcome = 'different'
) as compared
where incoming.line_number = compared.line_number
