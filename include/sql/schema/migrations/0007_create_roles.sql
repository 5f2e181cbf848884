-- The groups analyst, researcher, operator, loader and admin. Make each login a member of one of them. Roles belong to the
-- server, so they may already exist. repeatable/90_rights.sql grants their rights.

do $$
declare
    name text;
begin
    foreach name in array array['analyst', 'researcher', 'operator', 'loader', 'admin'] loop
        if not exists (select from pg_catalog.pg_roles where rolname = name) then
            execute format('create role %I nologin', name);
        end if;
    end loop;
    -- The role that creates a group is not its member, and only a member can make the group the owner of an object.
    if not pg_catalog.pg_has_role(current_user, 'admin', 'usage') then
        execute format('grant admin to %I', current_user);
    end if;
end
$$;
