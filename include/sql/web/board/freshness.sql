-- How fresh an integration's data are. Dates after the team's current date are ignored: an athlete who is further
-- east may have one.
-- Grain: one row.
-- Parameters: integration, today.
-- Inputs: analytics.days, ops.watermarks, vault.grants (only the state), ops.runs.
-- Outputs: newest_date with a recovery; pulled_until, the time up to which all athletes with an active grant have
--   been pulled; pull_state
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
        select min(upper(watermarks.covered))
        from ops.watermarks as watermarks
        inner join vault.grants as grants
            on watermarks.integration = grants.integration
            and watermarks.athlete_id = grants.athlete_id
        where watermarks.integration = %(integration)s
        and grants.state = 'active'
    ) as pulled_until,
    (
        select runs.state
        from ops.runs
        where runs.integration = %(integration)s
        and runs.run_type <> 'export'
        order by runs.started_at desc
        limit 1
    ) as pull_state
