-- Who may do what: three groups; a login is made a member of one. The owner, who migrates, is none of them.

do $$
declare
    name text;
begin
    foreach name in array array['wearables_analyst', 'wearables_operator', 'wearables_pipeline'] loop
        if not exists (select from pg_catalog.pg_roles where rolname = name) then
            execute format('create role %I nologin', name);
        end if;
    end loop;
end
$$;

-- Analysts: everything in analytics, and nothing else.
grant usage on schema analytics to wearables_analyst;
grant select on all tables in schema analytics to wearables_analyst;
alter default privileges in schema analytics grant select on tables to wearables_analyst;

-- Operators: how pulls went, no health data. What was kept aside holds some: only where and why.
grant usage on schema ops to wearables_operator;
grant select on
ops.slices, ops.runs, ops.migrations, ops.schema_drift, ops.known_fields, ops.request_budgets
to wearables_operator;
grant select (integration, run_id, collection, athlete_id, record_id, reason, seen_at)
on ops.quarantine to wearables_operator;

-- The pipeline: rows of all schemas, but no table of its own.
grant usage on schema raw, ops, vault, analytics to wearables_pipeline;
grant select, insert, update, delete on all tables in schema raw, ops, vault, analytics to wearables_pipeline;
alter default privileges in schema raw, ops, vault, analytics
grant select, insert, update, delete on tables to wearables_pipeline;
revoke insert, update, delete on ops.migrations, ops.known_fields, analytics.metric_definitions from wearables_pipeline;

do $$
begin
    if current_setting('server_version_num')::integer >= 170000 then
        grant maintain on raw.records, analytics.metrics, analytics.cycle_days to wearables_pipeline;
    end if;
end
$$;
