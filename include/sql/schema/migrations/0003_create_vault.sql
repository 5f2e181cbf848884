-- Schema vault: encrypted grants, and the secrets behind invitations and pseudonyms. Not for analysts.

create schema if not exists vault;
comment on schema vault is 'Athletes'' encrypted grants, invitations and pseudonyms. Not for analysts.';
revoke all on schema vault from public;

create table vault.grants (
    integration text not null,
    athlete_id bigint not null,
    access_token bytea not null,
    refresh_token bytea not null,
    expires_at timestamptz not null,
    scopes text not null,
    collections text [],
    state text not null default 'active' check (state in ('active', 'reconnect', 'inactive')),
    reason text,
    ask_again_at timestamptz,
    refresh_after timestamptz,
    updated_at timestamptz not null default now(),
    primary key (integration, athlete_id)
);
comment on table vault.grants is 'One row per integration and athlete: the OAuth token pair.';
comment on column vault.grants.integration is 'Name of the integration.';
comment on column vault.grants.athlete_id is 'WHOOP user ID of the athlete.';
comment on column vault.grants.access_token is 'Access token, encrypted with Fernet.';
comment on column vault.grants.refresh_token is 'Refresh token, encrypted with Fernet; WHOOP issues a new one at each refresh.';
comment on column vault.grants.expires_at is 'When the access token expires.';
comment on column vault.grants.scopes is 'Granted scopes, separated by spaces.';
comment on column vault.grants.state is 'active, reconnect (WHOOP rejected the grant; the athlete must consent again) or inactive (no active membership; WHOOP is asked again once a day).';
comment on column vault.grants.collections is 'Collections that the athlete allowed when they consented; null if WHOOP did not say. Others are not pulled.';
comment on column vault.grants.reason is 'Why the grant is not active, in one sentence.';
comment on column vault.grants.ask_again_at is 'When WHOOP may be asked again whether an inactive membership has been renewed; null in other states.';
comment on column vault.grants.refresh_after is 'A rejected access token is not renewed before this time, because WHOOP has rejected one that it had just issued; null otherwise.';
comment on column vault.grants.updated_at is 'When the tokens or the state last changed.';

create table vault.refresh_attempts (
    integration text not null,
    athlete_id bigint not null,
    attempted_at timestamptz not null default now(),
    holder uuid,
    leased_until timestamptz not null,
    primary key (integration, athlete_id)
);
comment on table vault.refresh_attempts is 'One row per token refresh that has started and whose outcome is not known.';
comment on column vault.refresh_attempts.integration is 'Name of the integration.';
comment on column vault.refresh_attempts.athlete_id is 'WHOOP user ID of the athlete.';
comment on column vault.refresh_attempts.attempted_at is 'When the refresh started.';
comment on column vault.refresh_attempts.holder is 'The task that may send the refresh token; null if it has given up without an answer.';
comment on column vault.refresh_attempts.leased_until is 'Nobody else may send the refresh token until this time. The holder extends it while it waits for WHOOP.';

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
comment on table vault.unclaimed_grants is 'One row per enrolment whose new tokens are stored but not yet assigned to an athlete.';
comment on column vault.unclaimed_grants.integration is 'Name of the integration.';
comment on column vault.unclaimed_grants.token_hash is 'SHA-256 of the refresh token or code that was submitted.';
comment on column vault.unclaimed_grants.access_token is 'Access token, encrypted with Fernet.';
comment on column vault.unclaimed_grants.refresh_token is 'Refresh token, encrypted with Fernet.';
comment on column vault.unclaimed_grants.expires_at is 'When the access token expires.';
comment on column vault.unclaimed_grants.scopes is 'Granted scopes, separated by spaces.';
comment on column vault.unclaimed_grants.created_at is 'When the tokens were received.';

create table vault.invites (
    token_hash text primary key,
    integration text not null,
    athlete_id bigint,
    created_by text not null,
    created_at timestamptz not null default now(),
    expires_at timestamptz not null,
    state_hash text unique,
    browser_hash text,
    begun_at timestamptz,
    code bytea,
    answered_at timestamptz,
    due_at timestamptz,
    problem text,
    accepted_at timestamptz
);
create index invites_athlete on vault.invites (integration, athlete_id);
create index invites_due on vault.invites (due_at) where code is not null;
comment on table vault.invites is 'One row per invitation to consent. The link itself is not stored.';
comment on column vault.invites.token_hash is 'SHA-256 of the random part of the link.';
comment on column vault.invites.integration is 'Name of the integration.';
comment on column vault.invites.athlete_id is 'WHOOP user ID: before acceptance, the only athlete who may accept (null = anyone); afterwards, the athlete who accepted.';
comment on column vault.invites.created_by is 'Who created the invitation.';
comment on column vault.invites.created_at is 'When the invitation was created.';
comment on column vault.invites.expires_at is 'When the invitation expires.';
comment on column vault.invites.state_hash is 'SHA-256 of the OAuth state passed to WHOOP; null before the first attempt and after a refused answer.';
comment on column vault.invites.browser_hash is 'SHA-256 of the cookie of the browser that was redirected to WHOOP.';
comment on column vault.invites.begun_at is 'When that browser was redirected.';
comment on column vault.invites.code is 'WHOOP''s answer, encrypted with Fernet, from its arrival until it is used or refused.';
comment on column vault.invites.answered_at is 'When the latest answer arrived.';
comment on column vault.invites.due_at is 'When the enrolment may next be attempted. During an attempt, this is in the future.';
comment on column vault.invites.problem is 'Why the latest attempt to enrol did not succeed, in one sentence.';
comment on column vault.invites.accepted_at is 'When an athlete gave consent, which uses up the invitation.';

create table vault.pseudonym_keys (
    secret text primary key
);
comment on table vault.pseudonym_keys is 'One row per warehouse: the secret from which the pseudonyms are derived. A new secret gives new pseudonyms.';
comment on column vault.pseudonym_keys.secret is 'A random value. Anyone who knows it can link pseudonyms to athletes.';
insert into vault.pseudonym_keys (secret) values (gen_random_uuid()::text || gen_random_uuid()::text);
