-- One row: the newest date with a recovery, up to when WHOOP was asked for everybody, and how the newest pull stands.
-- East of the team a day begins earlier: a date after the team's today is not its newest. Parameters: integration, today.
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
    ) as asked_until,
    (
        select runs.state
        from ops.runs
        where runs.integration = %(integration)s
        and runs.run_type <> 'export'
        order by runs.started_at desc
        limit 1
    ) as pull_state
