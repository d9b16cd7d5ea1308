//! Why an operation was refused, in the words of the house. Each door translates it by one table.

/// A refusal, or a failure of the store below.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Error {
    /// Something that must be given was not; the text names it.
    #[error("{0}")]
    Missing(String),
    /// Something given is not acceptable; the text names it and the rule.
    #[error("{0}")]
    Invalid(String),
    /// A number given is outside its bounds; the text names both.
    #[error("{0}")]
    OutOfRange(String),
    /// There is no such thing for this actor; the text is its noun.
    #[error("{0} not found")]
    NotFound(&'static str),
    /// The actor may not do this.
    #[error("{0}")]
    Forbidden(String),
    /// Another thing has what must be unique; the text names it.
    #[error("{0}")]
    Taken(String),
    /// The idempotency key or client-made id was used before, for something else.
    #[error("{0}")]
    Reused(String),
    /// It was done before, and its answer cannot be given twice.
    #[error("{0}")]
    AlreadyDone(String),
    /// It was done too often or too much; the text names the bound.
    #[error("{message}")]
    TooMany {
        /// The bound.
        message: String,
        /// When there is room again at the latest.
        retry_after_seconds: u64,
    },
    /// No agent who could do it takes chats now.
    #[error("{0}")]
    NobodyAvailable(&'static str),
    /// Who asks is not known.
    #[error("{0}")]
    Unauthorized(&'static str),
    /// A site's proof of who a visitor is does not hold; the text says what kind of thing is wrong.
    #[error("{0}")]
    Identity(String),
    /// The widget is not for the site that it stands on.
    #[error("{0}")]
    ForeignDomain(String),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] store::Error),
}

/// What operations return.
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    /// A field that was not given.
    pub fn missing(field: &str) -> Self {
        Error::Missing(format!("{field} is missing"))
    }
}
