-- Every column of the warehouse with its comment, and the comments of its relation and schema.
-- Grain: one row per column, in the order of the data dictionary.
-- Parameters: none.
-- Inputs: pg_catalog. Outputs: nothing.
select
    namespaces.nspname as schema_name,
    obj_description(namespaces.oid, 'pg_namespace') as schema_comment,
    relations.relname as relation_name,
    case relations.relkind when 'v' then 'view' else 'table' end as relation_kind,
    obj_description(relations.oid, 'pg_class') as relation_comment,
    attributes.attname as column_name,
    format_type(attributes.atttypid, attributes.atttypmod) as column_type,
    col_description(relations.oid, attributes.attnum) as column_comment
from pg_catalog.pg_class as relations
inner join pg_catalog.pg_namespace as namespaces on relations.relnamespace = namespaces.oid
inner join pg_catalog.pg_attribute as attributes on relations.oid = attributes.attrelid
where namespaces.nspname in ('analytics', 'analytics_pseudonymous', 'raw', 'ops', 'vault')
and relations.relkind in ('r', 'p', 'v', 'm')
and attributes.attnum > 0
and not attributes.attisdropped
order by
    array_position(array['analytics', 'analytics_pseudonymous', 'raw', 'ops', 'vault'], namespaces.nspname::text),
    relations.relname,
    attributes.attnum
