//! Operations on visitors.

mod arrive;
mod availability;
mod change;
mod ensure;
mod identify;
mod read;
mod recognize;
mod session;
mod set_data;
mod set_group;
mod token;
mod update;
mod view_page;

pub use arrive::{Arrival, arrive};
pub use availability::{is_any_available, own_group};
pub(crate) use ensure::{ensure, ensure_own, ensure_writer, find_place, parse_id};
use read::own;
pub use read::{get, get_own, list, list_visits};
pub use recognize::ID_TOO_WEAK;
pub use session::{Foreseen, OpenSession, Session, foresee_session, open_session};
pub use set_data::{OtherAttributes, SetData, set_data};
pub(crate) use set_group::record_group;
pub use set_group::set_group;
pub use token::{KnownVisitor, by_token, end};
pub use update::{UpdateVisitor, update};
pub use view_page::{ViewPage, view_page};
