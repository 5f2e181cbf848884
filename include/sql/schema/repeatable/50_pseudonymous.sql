-- vault.pseudonyms, and analytics_pseudonymous: views of analytics with a pseudonym instead of names and IDs.
-- Grain: that of the original view. Inputs: ops.athletes, vault.pseudonym_keys, the original views.

create view vault.pseudonyms as
select
    athletes.integration,
    athletes.athlete_id,
    left(
        encode(
            sha256(convert_to(concat_ws('/', keys.secret, athletes.integration, athletes.athlete_id), 'utf8')), 'hex'
        ),
        16
    ) as pseudonym
from ops.athletes as athletes
cross join vault.pseudonym_keys as keys;
comment on view vault.pseudonyms is 'One row per integration and athlete: their pseudonym.';
comment on column vault.pseudonyms.integration is 'Name of the integration.';
comment on column vault.pseudonyms.athlete_id is 'WHOOP user ID of the athlete.';
comment on column vault.pseudonyms.pseudonym is 'Sixteen hexadecimal digits, the same in all views.';

-- Every column except names and IDs, with its comment.
do $$
declare
    relation record;
begin
    for relation in
        select
            relations.oid,
            relations.relname as name,
            obj_description(relations.oid, 'pg_class') as meaning,
            string_agg(format('known.%I', columns.attname), ', ' order by columns.attnum) filter (
                where columns.attname not in ('integration', 'athlete_id', 'name', 'external_id')
                and columns.attname not like '%\_id'
            ) as columns
        from pg_catalog.pg_class as relations
        inner join pg_catalog.pg_attribute as columns on relations.oid = columns.attrelid
        where relations.relnamespace = 'analytics'::regnamespace
        and relations.relname in (
            'athletes', 'athlete_days', 'metrics', 'workouts', 'sleeps', 'trends', 'flags', 'coverage'
        )
        and columns.attnum > 0
        and not columns.attisdropped
        group by relations.oid
    loop
        execute format(
            'create view analytics_pseudonymous.%I as
            select known.integration, pseudonyms.pseudonym, %s
            from analytics.%I as known
            inner join vault.pseudonyms as pseudonyms
                on known.integration = pseudonyms.integration
                and known.athlete_id = pseudonyms.athlete_id',
            relation.name, relation.columns, relation.name
        );
        execute format('comment on view analytics_pseudonymous.%I is %L', relation.name, relation.meaning);
        execute (
            select string_agg(
                format(
                    'comment on column analytics_pseudonymous.%I.%I is %L',
                    relation.name,
                    mirrored.attname,
                    coalesce(col_description(relation.oid, columns.attnum), 'Pseudonym of the athlete, the same in all views.')
                ),
                '; '
            )
            from pg_catalog.pg_attribute as mirrored
            left join pg_catalog.pg_attribute as columns
                on columns.attrelid = relation.oid
                and mirrored.attname = columns.attname
            where mirrored.attrelid = format('analytics_pseudonymous.%I', relation.name)::regclass
            and mirrored.attnum > 0
        );
    end loop;
end
$$;
