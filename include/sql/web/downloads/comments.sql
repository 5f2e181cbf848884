-- Descriptions of relations in schema analytics, from their comments.
-- Grain: one row per relation.
-- Parameters: relations.
-- Inputs: pg_catalog.pg_class.
-- Outputs: relation, description.
select
    relname as relation,
    obj_description(oid, 'pg_class') as description
from pg_catalog.pg_class
where relnamespace = 'analytics'::regnamespace
and relname = any(%(relations)s)
