-- The groups by their short names: analyst, operator, loader and admin, and researcher for pseudonymous data. A login is
-- made a member of one. What each may do is in include/sql/roles/rights.sql, which runs after the migrations.
do $$
declare
    former text;
    current text;
    member text;
begin
    for former, current in
        values ('wearables_analyst', 'analyst'), ('wearables_operator', 'operator'), ('wearables_pipeline', 'loader'),
        (null, 'researcher'), (null, 'admin')
    loop
        if not exists (select from pg_catalog.pg_roles where rolname = current) then
            if former is null then
                execute format('create role %I nologin', current);
            else
                execute format('alter role %I rename to %I', former, current);
            end if;
        elsif former is not null then
            -- another warehouse of this server renamed it before, and 0007 has just made it anew for this one
            for member in
                select pg_catalog.pg_get_userbyid(memberships.member)
                from pg_catalog.pg_auth_members as memberships
                inner join pg_catalog.pg_roles as roles on memberships.roleid = roles.oid
                where roles.rolname = former
            loop
                execute format('grant %I to %I', current, member);
            end loop;
            execute format('grant %I to %I', former, current_user);
            execute format('drop owned by %I', former);
            begin
                execute format('drop role %I', former);
            exception when dependent_objects_still_exist then
                null;  -- a warehouse that is yet to be migrated still needs it
            end;
        end if;
    end loop;
    -- whoever migrates first hands everything over to the group; having made it is not yet to be of it
    if not pg_catalog.pg_has_role(current_user, 'admin', 'usage') then
        execute format('grant admin to %I', current_user);
    end if;
end
$$;
