-- The columns of a relation in schema analytics and their PostgreSQL types, so that a download has a schema without
-- rows.
-- Grain: one row per column, in the order of the relation.
-- Parameters: relation.
-- Inputs: pg_catalog.pg_attribute.
-- Outputs: column_name, column_type (as in a create table statement, for example "timestamp with time zone").
select
    attname as column_name,
    format_type(atttypid, null) as column_type
from pg_catalog.pg_attribute
where attrelid = ('analytics.' || quote_ident(%(relation)s))::regclass
and attnum > 0
and not attisdropped
order by attnum
