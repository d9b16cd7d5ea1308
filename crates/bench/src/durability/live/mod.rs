//! The live door under faults: people at sockets write and read while servers and connections break, and in the end
//! everybody has the same list, without a hole (delivery P1 to P5).

mod calm;
mod compare;
mod crowd;
mod people;
mod report;
mod talk;

pub(super) use crowd::Crowd;
pub use report::LiveReport;
