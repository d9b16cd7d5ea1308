//! Databases of one's own: a SQLite file or a fresh PostgreSQL database, gone when dropped.
