-- Rights of the roles of roles.sql. Applied last, after every migration, so that they cover new tables and re-created
-- views.

-- The role wearables_owner owns everything, so any of its members can migrate.
do $$
declare
    statement text;
begin
    if (select pg_has_role(current_user, datdba, 'usage') from pg_catalog.pg_database where datname = current_database())
    then
        execute format('grant create on database %I to wearables_owner', current_database());
        execute format('grant connect, temporary on database %I to wearables_loader', current_database());
        execute format(
            'grant connect on database %I to wearables_analyst, wearables_researcher, wearables_operator',
            current_database()
        );
    end if;
    for statement in
        select format('alter schema %I owner to wearables_owner', namespaces.nspname)
        from pg_catalog.pg_namespace as namespaces
        where namespaces.nspname in ('raw', 'ops', 'vault', 'analytics', 'analytics_pseudonymous')
        and namespaces.nspowner <> 'wearables_owner'::regrole
        union all
        select format(
            'alter %s %s owner to wearables_owner',
            case relations.relkind when 'v' then 'view' when 'm' then 'materialized view' else 'table' end,
            relations.oid::regclass
        )
        from pg_catalog.pg_class as relations
        where relations.relnamespace::regnamespace::text
        in ('raw', 'ops', 'vault', 'analytics', 'analytics_pseudonymous')
        and relations.relkind in ('r', 'p', 'v', 'm')
        and relations.relowner <> 'wearables_owner'::regrole
        union all
        select format('alter routine %s owner to wearables_owner', routines.oid::regprocedure)
        from pg_catalog.pg_proc as routines
        where routines.pronamespace::regnamespace::text
        in ('raw', 'ops', 'vault', 'analytics', 'analytics_pseudonymous')
        and routines.proowner <> 'wearables_owner'::regrole
    loop
        execute statement;
    end loop;
end
$$;

-- Analysts: read everything in analytics, and nothing else.
grant usage on schema analytics to wearables_analyst;
grant select on all tables in schema analytics to wearables_analyst;

-- Researchers: read the same data by pseudonym.
grant usage on schema analytics_pseudonymous to wearables_researcher;
grant select on all tables in schema analytics_pseudonymous to wearables_researcher;

-- Operators: read runs and the pull log, but no health data. Of ops.quarantine, they see what was rejected and why, but
-- not the payload.
grant usage on schema ops to wearables_operator;
grant select on
ops.slices, ops.runs, ops.watermarks, ops.migrations, ops.schema_drift, ops.request_budgets
to wearables_operator;
grant select (integration, run_id, collection, athlete_id, record_id, reason, seen_at)
on ops.quarantine to wearables_operator;

-- The loader: reads and writes rows in all schemas, but creates no tables and changes no definitions.
grant usage on schema raw, ops, vault, analytics to wearables_loader;
grant select, insert, update, delete on all tables in schema raw, ops, vault, analytics to wearables_loader;
revoke insert, update, delete on
ops.migrations, analytics.metric_definitions, analytics.flag_rules, analytics.calendar,
vault.pseudonym_keys
from wearables_loader;

do $$
begin
    if current_setting('server_version_num')::integer >= 170000 then
        grant maintain on
        raw.records, analytics.cycle_days, analytics.days, analytics.rolling
        to wearables_loader;
    end if;
end
$$;
