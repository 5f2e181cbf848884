-- How a run ended. Parameters: integration, run_id, state.
update ops.runs
set
    state = %(state)s,
    finished_at = now(),
    records = (
        select coalesce(sum(units.records), 0)
        from ops.pulls as units
        where units.integration = %(integration)s
        and units.run_id = %(run_id)s
    )
where integration = %(integration)s
and run_id = %(run_id)s
