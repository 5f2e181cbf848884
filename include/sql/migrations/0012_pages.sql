-- What the pages read often: how many records a pull brought, counted once.

alter table ops.runs add column records bigint;
comment on column ops.runs.records is 'Records that landed, all parts together; null while the pull runs.';

update ops.runs
set records = (
    select coalesce(sum(slices.records), 0)
    from ops.slices as slices
    where slices.integration = ops.runs.integration
    and slices.run_id = ops.runs.run_id
)
where state <> 'running';
