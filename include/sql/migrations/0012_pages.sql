-- What the pages read often: how many records a pull brought, counted once.

alter table ops.runs add column records bigint;
comment on column ops.runs.records is 'Records that landed, all parts together; null while the pull runs.';

update ops.runs
set records = (
    select coalesce(sum(units.records), 0)
    from ops.pulls as units
    where units.integration = ops.runs.integration
    and units.run_id = ops.runs.run_id
)
where state <> 'running';
