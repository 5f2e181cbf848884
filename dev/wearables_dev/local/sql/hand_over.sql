-- Make a role the owner of every object in the database. The superuser of an older version created them.
-- Parameter: new_owner.
select set_config('hand_over.new_owner', %(new_owner)s, false);

do $$
declare
    new_owner constant text := current_setting('hand_over.new_owner');
    statement text;
begin
    for statement in
        with ours as (
            select oid, nspname
            from pg_catalog.pg_namespace
            where nspname not like 'pg\_%%' and nspname <> 'information_schema'
        )

        select format('alter schema %%I owner to %%I', nspname, new_owner) from ours where nspname <> 'public'
        union all
        select format(
            'alter %%s %%s owner to %%I',
            case relations.relkind
                when 'v' then 'view' when 'm' then 'materialized view' when 'S' then 'sequence' else 'table'
            end,
            relations.oid::regclass, new_owner
        )
        from pg_catalog.pg_class as relations
        inner join ours on relations.relnamespace = ours.oid
        where relations.relkind in ('r', 'p', 'v', 'm', 'S')
        and not exists ( -- The sequence of a column moves with its table.
            select from pg_catalog.pg_depend
            where classid = 'pg_class'::regclass and objid = relations.oid and deptype in ('a', 'i')
            and relations.relkind = 'S'
        )
        union all
        select format('alter routine %%s owner to %%I', routines.oid::regprocedure, new_owner)
        from pg_catalog.pg_proc as routines
        inner join ours on routines.pronamespace = ours.oid
        union all
        select format('alter type %%s owner to %%I', types.oid::regtype, new_owner)
        from pg_catalog.pg_type as types
        inner join ours on types.typnamespace = ours.oid
        where types.typtype in ('e', 'd')
    loop
        execute statement;
    end loop;
end
$$
