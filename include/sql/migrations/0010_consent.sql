-- Consent by invite, offboarding and erasure.

create table vault.invites (
    token_hash text primary key,
    integration text not null,
    athlete_id bigint,
    created_by text not null,
    created_at timestamptz not null default now(),
    expires_at timestamptz not null,
    state_hash text unique,
    browser_hash text,
    begun_at timestamptz,
    accepted_at timestamptz
);
create index invites_athlete on vault.invites (integration, athlete_id);
comment on table vault.invites is 'One row per invite to consent; the link itself is not kept.';
comment on column vault.invites.token_hash is 'SHA-256 of the random part of the link.';
comment on column vault.invites.integration is 'Name of the integration.';
comment on column vault.invites.athlete_id is 'user_id of WHOOP (int64): the only athlete who may accept, then the one who has accepted; null = anyone.';
comment on column vault.invites.created_by is 'Who made it.';
comment on column vault.invites.created_at is 'When it was made.';
comment on column vault.invites.expires_at is 'From when on it is refused.';
comment on column vault.invites.state_hash is 'SHA-256 of the state handed to WHOOP; null = no answer is awaited.';
comment on column vault.invites.browser_hash is 'SHA-256 of the cookie of the browser that was sent to WHOOP.';
comment on column vault.invites.begun_at is 'When it was sent there.';
comment on column vault.invites.accepted_at is 'When an athlete consented; from then on it is used up.';

alter table ops.athletes add column offboarded_at timestamptz;
comment on column ops.athletes.offboarded_at is 'When the athlete was offboarded; null = enrolled.';

create table ops.erased_athletes (
    integration text not null,
    athlete_id bigint not null,
    erased_at timestamptz not null default now(),
    primary key (integration, athlete_id)
);
comment on table ops.erased_athletes is 'One row per athlete whose data were erased and must not come back.';
comment on column ops.erased_athletes.integration is 'Name of the integration.';
comment on column ops.erased_athletes.athlete_id is 'user_id of WHOOP (int64).';
comment on column ops.erased_athletes.erased_at is 'When they were erased.';

create function ops.erase_athlete(erased_integration text, erased_athlete bigint)
returns table (relation text, erased_rows bigint)
language plpgsql as $$
-- From every table that tells integration and athlete, those made by later migrations included; the tombstone stays.
begin
    -- first, for it waits until nobody is writing about the athlete
    delete from ops.athletes where integration = erased_integration and athlete_id = erased_athlete;
    get diagnostics erased_rows = row_count;
    relation := 'ops.athletes';
    return next;
    for relation in
        select format('%I.%I', namespaces.nspname, tables.relname)
        from pg_catalog.pg_class as tables
        inner join pg_catalog.pg_namespace as namespaces on tables.relnamespace = namespaces.oid
        inner join pg_catalog.pg_attribute as columns on tables.oid = columns.attrelid
        where tables.relkind in ('r', 'p')
        and not tables.relispartition
        and namespaces.nspname in ('raw', 'ops', 'vault', 'analytics')
        and (namespaces.nspname, tables.relname) not in (('ops', 'athletes'), ('ops', 'erased_athletes'))
        and columns.attname in ('integration', 'athlete_id')
        group by namespaces.nspname, tables.relname
        having count(*) = 2
        order by 1
    loop
        execute format('delete from %s where integration = $1 and athlete_id = $2', relation)
        using erased_integration, erased_athlete;
        get diagnostics erased_rows = row_count;
        return next;
    end loop;
end
$$;
comment on function ops.erase_athlete(text, bigint) is 'Deletes every row about an athlete; returns how many by table.';

create or replace view analytics.athletes as
select
    athletes.integration,
    athletes.athlete_id,
    concat_ws(' ', athletes.first_name, athletes.last_name) as name,
    athletes.external_id,
    case when athletes.offboarded_at is null then coalesce(grants.state, 'none') else 'offboarded' end as grant_state,
    period.first_date,
    period.last_date
from ops.athletes as athletes
left join vault.grants as grants
    on athletes.integration = grants.integration
    and athletes.athlete_id = grants.athlete_id
cross join lateral (
    -- by metric, for the primary key then has the first and the last date at hand
    select
        min(edge.first_date) as first_date,
        max(edge.last_date) as last_date
    from analytics.metric_definitions as definition
    cross join lateral (
        select
            min(metrics.metric_date) as first_date,
            max(metrics.metric_date) as last_date
        from analytics.metrics as metrics
        where metrics.integration = athletes.integration
        and metrics.athlete_id = athletes.athlete_id
        and metrics.metric = definition.metric
    ) as edge
) as period;
comment on column analytics.athletes.grant_state is 'active, reconnect (must consent again), inactive (membership), offboarded or none.';

-- As in 0007: operators learn neither who was invited nor who was erased.
grant select, insert, update, delete on vault.invites, ops.erased_athletes to wearables_pipeline;
