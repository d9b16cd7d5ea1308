//! Operations on both databases, without a door in front: what a door cannot bring about, or only with much ado.

mod scene;

mod follow;
mod revoke;
mod see;
mod write;
mod write_files;
