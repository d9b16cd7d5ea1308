//! Why something could not be sent: short texts that a person may read, and nothing of what is behind them.

use std::{error::Error, io};

use model::address::AddressError;

use super::tls;

/// Why a request was not answered as it should be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OutgoingError {
    /// The address leads to where nothing may be sent; nothing was.
    #[error("the address is not public")]
    Blocked,
    /// The address is this machine's own and the operator has not allowed it; nothing was sent.
    #[error("the address belongs to this server")]
    Own,
    /// The address as written is not acceptable, perhaps no longer; nothing was sent.
    #[error("{0}")]
    Address(AddressError),
    /// Nobody knows the name.
    #[error("the name cannot be resolved")]
    Name,
    /// Nobody listens there.
    #[error("connection refused")]
    Refused,
    /// There is no way there.
    #[error("connection failed")]
    Connect,
    /// The other side did not prove who it is.
    #[error("TLS failed: {0}")]
    Tls(TlsError),
    /// No connection in time.
    #[error("timed out while connecting")]
    ConnectTimeout,
    /// No whole answer in time.
    #[error("timed out")]
    Timeout,
    /// The connection ended before the answer did.
    #[error("the answer broke off")]
    BrokeOff,
    /// The answer is not one of HTTP/1, or its head has no end.
    #[error("the answer is not valid HTTP")]
    NotHttp,
    /// The answer points elsewhere.
    #[error("redirects are not followed")]
    Redirect,
}

/// What is wrong with the other side's certificate, or its TLS.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TlsError {
    /// Its time is over.
    #[error("the certificate has expired")]
    Expired,
    /// Its time has not come.
    #[error("the certificate is not valid yet")]
    NotYetValid,
    /// It is somebody else's.
    #[error("the certificate is not valid for this name")]
    WrongName,
    /// Nobody that is trusted has signed it.
    #[error("the certificate's issuer is not known")]
    UnknownIssuer,
    /// Something else is wrong with it.
    #[error("the certificate is not valid")]
    Certificate,
    /// The two sides do not speak the same language.
    #[error("the handshake failed")]
    Handshake,
}

impl From<AddressError> for OutgoingError {
    fn from(error: AddressError) -> Self {
        match error {
            AddressError::NotPublic => OutgoingError::Blocked,
            error => OutgoingError::Address(error),
        }
    }
}

impl OutgoingError {
    /// What an error of the connection or of HTTP comes from.
    pub(super) fn from_chain(error: &(dyn Error + 'static)) -> Self {
        let mut next = Some(error);
        while let Some(cause) = next {
            next = cause.source();
            if let Some(error) = cause.downcast_ref::<OutgoingError>() {
                return error.clone();
            }
            if let Some(error) = cause.downcast_ref::<hyper::Error>()
                && error.is_parse()
            {
                return OutgoingError::NotHttp;
            }
            // A receiver that asks for a certificate of ours refuses only after the handshake.
            if let Some(error) = cause.downcast_ref::<io::Error>()
                && tls::is_of_tls(error)
            {
                return tls::failure(error);
            }
        }
        OutgoingError::BrokeOff
    }
}
