-- ops.erase_athlete: delete an athlete from every table of the warehouse. Grain of the result: one row per table.
-- Tables are found by their columns integration and athlete_id, so tables added later are covered. ops.erased_athletes stays.

create or replace function ops.erase_athlete(erased_integration text, erased_athlete bigint)
returns table (relation text, erased_rows bigint)
language plpgsql as $$
begin
    -- First, because this waits for transactions that are still writing rows of the athlete.
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
comment on function ops.erase_athlete(text, bigint) is 'Delete every row of an athlete. Returns the number of deleted rows per table.';
