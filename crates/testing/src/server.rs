//! A server in this process, on a free port, with a clock that the test moves.
