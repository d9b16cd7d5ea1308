create table organizations (
    number integer primary key,
    id text not null unique,
    widget_id text not null unique,
    name text not null,
    created_at bigint not null
);

create table agents (
    number integer primary key,
    organization bigint not null references organizations (number),
    id text not null,
    email text not null,
    email_lower text not null,
    name text not null,
    userpic text,
    role text not null,
    is_dummy boolean not null,
    password_hash text,
    choice text not null,
    online_until bigint not null,
    created_at bigint not null,
    deleted_at bigint
);
create unique index agents_id on agents (organization, id);
create unique index agents_email on agents (organization, email_lower) where deleted_at is null;

create table groups (
    number integer primary key,
    organization bigint not null references organizations (number),
    id text not null,
    name text not null,
    is_private boolean not null,
    created_at bigint not null
);
create unique index groups_id on groups (organization, id);

create table group_agents (
    group_number bigint not null references groups (number) on delete cascade,
    agent bigint not null references agents (number),
    primary key (group_number, agent)
) without rowid;
create index group_agents_agent on group_agents (agent);

create table visitors (
    number integer primary key,
    organization bigint not null references organizations (number),
    id text not null,
    group_number bigint references groups (number) on delete set null,
    color text not null,
    attributes text not null,
    -- What a search looks through, in lower case.
    search_text text not null,
    notes text,
    marketing_consent boolean not null,
    terms_of_service_consent boolean not null,
    created_at bigint not null
);
create unique index visitors_id on visitors (organization, id);
create index visitors_group on visitors (group_number) where group_number is not null;

create table conversations (
    number integer primary key,
    organization bigint not null references organizations (number),
    id text not null unique,
    visitor bigint not null references visitors (number),
    channel text not null,
    head bigint not null,
    status text not null,
    assignee bigint references agents (number),
    chat bigint not null,
    is_chat_open boolean not null,
    last_message_at bigint not null,
    -- The list is ordered by minutes, so that its index moves at most once a minute.
    list_minute bigint not null,
    visitor_seen bigint not null,
    created_at bigint not null
);
create unique index conversations_visitor on conversations (visitor, channel);
create index conversations_list on conversations (organization, status, list_minute, number);
create index conversations_assignee on conversations (assignee) where assignee is not null;

create table chats (
    conversation bigint not null references conversations (number),
    number bigint not null,
    started_by text not null,
    first_seq bigint not null,
    started_at bigint not null,
    finished_at bigint,
    last_seq bigint,
    missed_messages_count bigint not null,
    primary key (conversation, number)
) without rowid;

-- A message is its own event: both tables share the conversation's seq.
create table messages (
    conversation bigint not null references conversations (number),
    seq bigint not null,
    id text not null,
    kind text not null,
    text text not null,
    agent bigint references agents (number),
    created_at bigint not null,
    is_pushed boolean not null,
    is_trigger boolean not null,
    is_missed boolean not null,
    is_missed_by_visitor boolean not null,
    is_bot boolean not null,
    is_sent_via_js_api boolean not null,
    received_from text,
    cid text,
    details text,
    deleted_at bigint,
    primary key (conversation, seq)
) without rowid;
create unique index messages_id on messages (id);
create unique index messages_cid on messages (conversation, kind, coalesce(agent, 0), cid) where cid is not null;

create table events (
    conversation bigint not null references conversations (number),
    seq bigint not null,
    kind text not null,
    subject text,
    at bigint not null,
    primary key (conversation, seq)
) without rowid;

create table jobs (
    -- Never given twice, so that a late worker cannot end another job by its number and fence.
    number integer primary key autoincrement,
    organization bigint not null references organizations (number),
    kind text not null,
    conversation bigint references conversations (number),
    payload text not null,
    run_at bigint not null,
    leased_until bigint not null,
    fence bigint not null,
    attempts bigint not null,
    last_error text
);
create index jobs_due on jobs (run_at);

create table keys (
    number integer primary key,
    organization bigint not null references organizations (number),
    id text not null,
    kind text not null,
    name text not null,
    secret_hash text not null unique,
    hint text not null,
    client_id text unique,
    privileges text not null,
    created_at bigint not null,
    revoked_at bigint
);
create unique index keys_id on keys (organization, id);

create table access_tokens (
    token_hash text not null primary key,
    key_number bigint not null references keys (number),
    privileges text not null,
    expires_at bigint not null
) without rowid;
create index access_tokens_expiry on access_tokens (expires_at);

-- What a request with an Idempotency-Key made, so that its repetition finds it.
create table idempotent_requests (
    key_number bigint not null references keys (number),
    idempotency_key text not null,
    fingerprint text not null,
    subject text not null,
    created_at bigint not null,
    primary key (key_number, idempotency_key)
) without rowid;
create index idempotent_requests_age on idempotent_requests (created_at);
