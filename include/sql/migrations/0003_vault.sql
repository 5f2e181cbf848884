-- Schema vault: the grants of athletes, encrypted. No analyst may read it.

create schema if not exists vault;
comment on schema vault is 'Grants of athletes, encrypted at rest; not for analysts.';
revoke all on schema vault from public;

create table vault.grants (
    integration text not null,
    athlete_id bigint not null,
    access_token bytea not null,
    refresh_token bytea not null,
    expires_at timestamptz not null,
    scopes text not null,
    state text not null default 'active' check (state in ('active', 'reconnect', 'inactive')),
    reason text,
    updated_at timestamptz not null default now(),
    primary key (integration, athlete_id)
);
comment on table vault.grants is 'One row per integration and athlete: the OAuth token pair.';
comment on column vault.grants.integration is 'Name of the integration.';
comment on column vault.grants.athlete_id is 'user_id of WHOOP (int64).';
comment on column vault.grants.access_token is 'Access token, Fernet.';
comment on column vault.grants.refresh_token is 'Refresh token, Fernet; WHOOP gives a new one at each refresh.';
comment on column vault.grants.expires_at is 'When the access token expires.';
comment on column vault.grants.scopes is 'Scopes granted, separated by blanks.';
comment on column vault.grants.state is 'active, reconnect (WHOOP declared the grant dead) or inactive (membership).';
comment on column vault.grants.reason is 'Why the grant is not active, in one sentence.';
comment on column vault.grants.updated_at is 'When the pair or its state last changed.';

create table vault.refresh_attempts (
    integration text not null,
    athlete_id bigint not null,
    attempted_at timestamptz not null default now(),
    primary key (integration, athlete_id)
);
comment on table vault.refresh_attempts is 'One row per refresh that was begun and has no outcome yet.';
comment on column vault.refresh_attempts.integration is 'Name of the integration.';
comment on column vault.refresh_attempts.athlete_id is 'user_id of WHOOP (int64).';
comment on column vault.refresh_attempts.attempted_at is 'When the refresh was begun.';

create table vault.unclaimed_grants (
    integration text not null,
    token_hash text not null,
    access_token bytea not null,
    refresh_token bytea not null,
    expires_at timestamptz not null,
    scopes text not null,
    created_at timestamptz not null default now(),
    primary key (integration, token_hash)
);
comment on table vault.unclaimed_grants is 'One row per enrolment that got a new pair and not yet the name of its athlete.';
comment on column vault.unclaimed_grants.integration is 'Name of the integration.';
comment on column vault.unclaimed_grants.token_hash is 'SHA-256 of the refresh token that was handed in.';
comment on column vault.unclaimed_grants.access_token is 'Access token, Fernet.';
comment on column vault.unclaimed_grants.refresh_token is 'Refresh token, Fernet.';
comment on column vault.unclaimed_grants.expires_at is 'When the access token expires.';
comment on column vault.unclaimed_grants.scopes is 'Scopes granted, separated by blanks.';
comment on column vault.unclaimed_grants.created_at is 'When the pair was got.';
