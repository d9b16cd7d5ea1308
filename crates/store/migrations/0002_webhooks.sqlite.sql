-- What belongs to this history of the database: a restored backup gets a new epoch.
create table installation (
    number integer primary key,
    epoch text not null
);

-- Which events the enabled endpoints want, all together: so that a message costs nothing where nobody listens.
alter table organizations add column webhook_events bigint not null default 0;

-- The messages that no fragment has taken yet: the first one's seq and time, and the side that writes; 0, 0 and none where
-- there are none.
alter table conversations add column unsent_seq bigint not null default 0;
alter table conversations add column unsent_at bigint not null default 0;
alter table conversations add column unsent_by text;

-- A job that failed for the last time waits for somebody to look at it.
alter table jobs add column dead_at bigint;
drop index jobs_due;
create index jobs_due on jobs (run_at) where dead_at is null;
create index jobs_dead on jobs (dead_at) where dead_at is not null;

-- What is secret here is sealed with a key that is not in the database.
create table webhook_endpoints (
    number integer primary key,
    organization bigint not null references organizations (number),
    id text not null,
    url text not null,
    description text not null,
    events bigint not null,
    secret text not null,
    previous_secret text,
    previous_secret_until bigint,
    headers text not null,
    is_enabled boolean not null,
    disabled_at bigint,
    disabled_reason text,
    failing_since bigint,
    created_at bigint not null,
    deleted_at bigint
);
create unique index webhook_endpoints_id on webhook_endpoints (organization, id);

create table webhook_events (
    -- Never given twice: its order is the order in which events are delivered.
    number integer primary key autoincrement,
    organization bigint not null references organizations (number),
    kind text not null,
    -- What keeps its order: a conversation, a visitor or an agent.
    lane text not null,
    conversation_id text,
    seq bigint,
    body text not null,
    created_at bigint not null
);
create index webhook_events_age on webhook_events (created_at);

create table webhook_deliveries (
    event bigint not null references webhook_events (number) on delete cascade,
    endpoint bigint not null references webhook_endpoints (number),
    id text not null,
    lane text not null,
    status text not null,
    -- When it is to be sent next; none while it waits behind another of its lane, or is done.
    due_at bigint,
    -- Whether others of its lane wait for it.
    holds_lane boolean not null,
    leased_until bigint not null,
    fence bigint not null,
    -- Attempts since it was made or replayed: its place in the schedule.
    tries bigint not null,
    -- Attempts ever.
    attempts bigint not null,
    primary key (event, endpoint)
) without rowid;
create unique index webhook_deliveries_id on webhook_deliveries (id);
create index webhook_deliveries_due on webhook_deliveries (endpoint, due_at) where due_at is not null;
create index webhook_deliveries_lane on webhook_deliveries (endpoint, lane, event) where status = 'pending';
create index webhook_deliveries_list on webhook_deliveries (endpoint, event);

create table webhook_attempts (
    event bigint not null references webhook_events (number) on delete cascade,
    endpoint bigint not null,
    attempt bigint not null,
    at bigint not null,
    http_status bigint,
    error text,
    duration_ms bigint not null,
    primary key (event, endpoint, attempt)
) without rowid;
