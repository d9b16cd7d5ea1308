//! What happens around every handler: from the outside in, `observe`, `drain`, `guard`, then
//! `authenticate` where a key is needed.

mod authenticate;
mod drain;
mod guard;
mod observe;

pub(super) use authenticate::authenticate;
pub(super) use drain::{Patience, drain};
pub(super) use guard::guard;
pub(super) use observe::observe;
