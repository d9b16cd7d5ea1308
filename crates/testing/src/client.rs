//! A client that acts with a key.
