-- Mark the slices in whose answer a missing record counts as deleted.
-- Grain: one row of staging per slice.
-- Parameters: slice_numbers.
-- Inputs: nothing. Outputs: staging.
update staging
set is_complete = true
where slice_number = any(%(slice_numbers)s::integer [])
