-- One row per function that analysts call.
select
    'analytics.' || routines.proname || '(' || pg_get_function_arguments(routines.oid) || ')' as call,
    obj_description(routines.oid, 'pg_proc') as comment
from pg_catalog.pg_proc as routines
where routines.pronamespace = 'analytics'::regnamespace
order by routines.proname
