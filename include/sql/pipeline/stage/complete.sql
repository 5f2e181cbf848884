-- Mark the slices in whose answer a missing record counts as deleted, if any record is known so far.
-- Grain: one row of staging per slice.
-- Parameters: integration, slice_numbers.
-- Inputs: raw.records. Outputs: staging.
update staging
set is_complete = true
where slice_number = any(%(slice_numbers)s::integer [])
and exists (
    select
    from raw.records as known
    where known.integration = %(integration)s
    and known.athlete_id = staging.athlete_id
    and known.collection = staging.collection
    and known.superseded_at is null
    offset 0
)
