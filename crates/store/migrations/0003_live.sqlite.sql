-- How the widget of an organization behaves, as JSON; the secret by which a site proves who its visitors are, sealed.
alter table organizations add column widget_settings text not null default '{}';
alter table organizations add column identity_secret text;

-- What the visitor's browser told last, as JSON; since when the visitor is banned; whether the site proved who they are.
alter table visitors add column browser text not null default '{}';
alter table visitors add column banned_at bigint;
alter table visitors add column is_verified boolean not null default false;
-- Made by a session without an id of the site: nobody but who holds its token is this visitor.
alter table visitors add column is_anonymous boolean not null default false;

-- The highest seq that any agent has seen.
alter table conversations add column agents_seen bigint not null default 0;
-- The minute of the last event of any kind, so that a sweep finds what moved; it moves at most once a minute.
alter table conversations add column touched_minute bigint not null default 0;
create index conversations_touched on conversations (organization, touched_minute, number);

-- The page on which a chat was started, where that is known.
alter table chats add column start_link text;
alter table chats add column start_title text;

-- What a visitor's panel shows to prove whose it is; only its hash is kept.
create table visitor_tokens (
    token_hash text not null primary key,
    organization bigint not null references organizations (number),
    visitor bigint not null references visitors (number),
    -- By a proof of the site rather than by the id alone.
    is_verified boolean not null,
    created_at bigint not null,
    expires_at bigint not null
) without rowid;
create index visitor_tokens_visitor on visitor_tokens (visitor);
create index visitor_tokens_expiry on visitor_tokens (expires_at);

-- One stay of a visitor on a site, with the pages looked at.
create table visits (
    number integer primary key,
    organization bigint not null references organizations (number),
    visitor bigint not null references visitors (number),
    host_name text not null,
    pages text not null,
    started_at bigint not null,
    seen_at bigint not null,
    finished_at bigint
);
create index visits_visitor on visits (visitor, number);
create index visits_seen on visits (organization, seen_at);

-- Access that ended, for every node to notice within seconds.
create table revocations (
    number integer primary key autoincrement,
    organization bigint not null references organizations (number),
    kind text not null,
    subject bigint not null,
    at bigint not null
);
create index revocations_age on revocations (at);

create table files (
    number integer primary key,
    organization bigint not null references organizations (number),
    id text not null,
    -- Who shows it may fetch the file; the name under which its bytes are stored is another.
    access_token text not null unique,
    storage_key text not null unique,
    -- Who sent it: a visitor, or a program of the organization.
    visitor bigint references visitors (number),
    -- The message it belongs to, once it was sent.
    conversation bigint references conversations (number),
    seq bigint,
    name text not null,
    mime_type text not null,
    size_bytes bigint not null,
    sha256 text not null,
    width bigint,
    height bigint,
    has_preview boolean not null,
    created_at bigint not null,
    deleted_at bigint
);
create unique index files_id on files (organization, id);
create index files_message on files (conversation, seq) where conversation is not null;
create index files_visitor on files (visitor, created_at) where visitor is not null;
create index files_unsent on files (created_at) where conversation is null and deleted_at is null;
create index files_deleted on files (deleted_at) where deleted_at is not null;

-- What each key has used of its hour, over all nodes.
create table key_quotas (
    key_number bigint not null primary key references keys (number),
    ends_at bigint not null,
    used bigint not null
) without rowid;
