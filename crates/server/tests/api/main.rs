//! The HTTP door and the command line as their callers meet them. One server of its own for each story; SQLite, or
//! PostgreSQL where `PARLOUR_DATABASE_URL` names a server.

mod v3;

mod api;
mod files;
mod settings;
mod visitors;
mod webhooks;

mod live;

mod visits;

mod widget;

mod oauth;
mod tenants;
mod trust;

mod at_once;

mod limits;
mod transport;

mod openapi;

mod command_line;

mod arrange;
