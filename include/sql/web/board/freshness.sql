-- How fresh an integration's data are. Dates after the team's current date are ignored: an athlete who is further
-- east may have one.
-- Grain: one row.
-- Parameters: integration, today.
-- Inputs: analytics.days, ops.runs.
-- Outputs: newest_date with a recovery; pulled_until, the end of the newest complete pull of all athletes; pull_state
--   of the newest pull.
select
    (
        select max(days.metric_date)
        from analytics.days
        where days.integration = %(integration)s
        and days.recovery is not null
        and days.metric_date <= %(today)s
    ) as newest_date,
    (
        select max(runs.window_end)
        from ops.runs
        where runs.integration = %(integration)s
        and runs.state = 'complete'
        and runs.is_full_scope
        and runs.run_type <> 'export'
    ) as pulled_until,
    (
        select runs.state
        from ops.runs
        where runs.integration = %(integration)s
        and runs.run_type <> 'export'
        order by runs.started_at desc
        limit 1
    ) as pull_state
