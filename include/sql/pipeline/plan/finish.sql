-- Record how a run ended, with the number of records its slices hold.
-- Grain: one row of ops.runs.
-- Parameters: integration, run_id, state (the final state of the run).
-- Inputs: ops.slices. Outputs: ops.runs.
update ops.runs
set
    state = %(state)s,
    finished_at = now(),
    records = (
        select coalesce(sum(slices.records), 0)
        from ops.slices as slices
        where slices.integration = %(integration)s
        and slices.run_id = %(run_id)s
    )
where integration = %(integration)s
and run_id = %(run_id)s
