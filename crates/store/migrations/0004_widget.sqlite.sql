-- What the visitor thought of a chat: 1 to 5, with what they wrote to it, and when they said it last.
alter table chats add column rating_score bigint;
alter table chats add column rating_comment text;
alter table chats add column rated_at bigint;
-- The chat that was rated last.
alter table conversations add column rated_chat bigint;

-- Visitors who want their conversation by mail: kept until it is sent.
create table transcript_requests (
    number integer primary key,
    organization bigint not null references organizations (number),
    conversation bigint not null references conversations (number),
    email text not null,
    requested_at bigint not null,
    sent_at bigint
);
create index transcript_requests_conversation on transcript_requests (conversation, requested_at);
create index transcript_requests_unsent on transcript_requests (number) where sent_at is null;
