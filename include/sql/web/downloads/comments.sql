-- One row per relation of schema analytics: what its comment says. Parameters: relations.
select
    relname as relation,
    obj_description(oid, 'pg_class') as meaning
from pg_catalog.pg_class
where relnamespace = 'analytics'::regnamespace
and relname = any(%(relations)s)
