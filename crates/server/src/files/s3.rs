//! Bytes in a bucket of an S3 service. Addresses are signed by `rusty-s3`, requests are made by hyper.

use std::{future::Future, path::Path, time::Duration};

use axum::body::Body;
use http_body_util::{BodyExt, Limited};
use hyper::{
    Method, Request, Response, StatusCode,
    body::Incoming,
    header::{CONTENT_LENGTH, RANGE},
};
use hyper_util::client::legacy::Client;
use rusty_s3::{Bucket, Credentials, S3Action, UrlStyle, actions::ListObjectsV2};
use tokio::time::timeout;
use tokio_util::io::ReaderStream;
use url::Url;

use super::{
    ByteRange, StorageError,
    s3_connector::{S3Connector, client},
};
use crate::config::S3Place;

/// What the names of our bytes begin with in the bucket; nothing else in it is looked at.
const PREFIX: &str = "files/";

/// How long a signed address is good for: it is used at once, by us.
const SIGNED_FOR: Duration = Duration::from_secs(10 * 60);

/// How long the head of an answer may take, the upload of a whole file before it included.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(60);

/// How often a request is made before it is given up: a kept connection may end just when it is used again.
const TRIES: usize = 2;

/// Longest answer that is read into memory: a thousand names, or the words of a refusal.
const ANSWER_BYTES_MAX: usize = 4 << 20;

/// Bytes that are read at a time.
const CHUNK_BYTES: usize = 64 * 1_024;

/// A bucket.
pub(super) struct S3 {
    bucket: Bucket,
    credentials: Credentials,
    client: Client<S3Connector, Body>,
}

impl S3 {
    pub(super) fn new(place: &S3Place) -> Result<Self, String> {
        let (name, region) = (place.bucket.clone(), place.region.clone());
        let bucket = Bucket::new(place.endpoint.clone(), UrlStyle::Path, name, region)
            .map_err(|error| format!("files.s3_bucket: {error}"))?;
        Ok(Self {
            bucket,
            credentials: Credentials::new(&place.access_key, &place.secret_key),
            client: client(place.ca_file.as_deref())?,
        })
    }

    /// Puts a durable draft into the bucket; what the service has acknowledged is durable there.
    pub(super) async fn keep(&self, draft: &Path, name: &str) -> Result<(), StorageError> {
        let object = object(name);
        let put = self.bucket.put_object(Some(&self.credentials), &object);
        let put = || async {
            let file = tokio::fs::File::open(draft).await?;
            let length = file.metadata().await?.len();
            let body = Body::from_stream(ReaderStream::with_capacity(file, CHUNK_BYTES));
            let mut request = request(Method::PUT, put.sign(SIGNED_FOR), body)?;
            request.headers_mut().insert(CONTENT_LENGTH, length.into());
            self.ask(request).await
        };
        require_success(again(put).await?).await.map(drop)
    }

    pub(super) async fn open(
        &self,
        name: &str,
        range: Option<ByteRange>,
    ) -> Result<(Body, u64), StorageError> {
        let object = object(name);
        let get = self.bucket.get_object(Some(&self.credentials), &object);
        let get = || async {
            let mut request = request(Method::GET, get.sign(SIGNED_FOR), Body::empty())?;
            if let Some(ByteRange { first, last }) = range {
                let value = format!("bytes={first}-{last}");
                let value = value.parse().map_err(failed)?;
                request.headers_mut().insert(RANGE, value);
            }
            self.ask(request).await
        };
        let response = require_success(again(get).await?).await?;
        let is_part = response.status() == StatusCode::PARTIAL_CONTENT;
        let length = response.headers().get(CONTENT_LENGTH);
        let length = length.and_then(|length| length.to_str().ok()?.parse().ok());
        match length {
            Some(length) if is_part == range.is_some() => {
                Ok((Body::new(response.into_body()), length))
            }
            _ => Err(StorageError::Failed(
                "the S3 service does not send what was asked for".to_owned(),
            )),
        }
    }

    pub(super) async fn remove(&self, name: &str) -> Result<(), StorageError> {
        let object = object(name);
        let delete = self.bucket.delete_object(Some(&self.credentials), &object);
        let delete = || async {
            let request = request(Method::DELETE, delete.sign(SIGNED_FOR), Body::empty())?;
            self.ask(request).await
        };
        match require_success(again(delete).await?).await {
            Ok(_) | Err(StorageError::Missing) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// A page of names, and what names the next page.
    pub(super) async fn list(
        &self,
        from: Option<String>,
    ) -> Result<(Vec<String>, Option<String>), StorageError> {
        let mut list = self.bucket.list_objects_v2(Some(&self.credentials));
        list.with_prefix(PREFIX);
        if let Some(token) = from {
            list.with_continuation_token(token);
        }
        let list = || async {
            let request = request(Method::GET, list.sign(SIGNED_FOR), Body::empty())?;
            self.ask(request).await
        };
        let response = require_success(again(list).await?).await?;
        let text = read(response).await?;
        let page = ListObjectsV2::parse_response(&text).map_err(failed)?;
        let names = page.contents.into_iter();
        let names = names.filter_map(|object| Some(object.key.strip_prefix(PREFIX)?.to_owned()));
        Ok((names.collect(), page.next_continuation_token))
    }

    async fn ask(&self, request: Request<Body>) -> Result<Response<Incoming>, StorageError> {
        match timeout(ANSWER_TIMEOUT, self.client.request(request)).await {
            Ok(answer) => answer.map_err(|error| {
                let cause = std::error::Error::source(&error);
                let cause = cause.map(ToString::to_string).unwrap_or_default();
                StorageError::Failed(format!("the S3 service cannot be asked: {error}: {cause}"))
            }),
            Err(_) => Err(StorageError::Failed(
                "the S3 service does not answer".to_owned(),
            )),
        }
    }
}

fn object(name: &str) -> String {
    format!("{PREFIX}{name}")
}

fn request(method: Method, url: Url, body: Body) -> Result<Request<Body>, StorageError> {
    Request::builder()
        .method(method)
        .uri(url.as_str())
        .body(body)
        .map_err(failed)
}

fn failed(error: impl std::fmt::Display) -> StorageError {
    StorageError::Failed(format!("the S3 service: {error}"))
}

/// Asks a second time where there was no answer: every request is one that may be repeated.
async fn again<F: Future<Output = Result<Response<Incoming>, StorageError>>>(
    ask: impl Fn() -> F,
) -> Result<Response<Incoming>, StorageError> {
    for _ in 1..TRIES {
        if let Ok(answer) = ask().await {
            return Ok(answer);
        }
    }
    ask().await
}

/// The answer, where it is what was hoped for; otherwise its refusal, in the service's own words for the log.
async fn require_success(response: Response<Incoming>) -> Result<Response<Incoming>, StorageError> {
    let status = response.status();
    match status {
        _ if status.is_success() => Ok(response),
        StatusCode::NOT_FOUND => {
            let said = read(response).await?;
            // A bucket that is not there is no missing file.
            if said.contains("NoSuchBucket") {
                return Err(failed("there is no such bucket"));
            }
            Err(StorageError::Missing)
        }
        StatusCode::INSUFFICIENT_STORAGE => Err(StorageError::Full),
        _ => {
            let said = read(response).await?;
            let said: String = said.chars().take(300).collect();
            Err(failed(format!("{status}: {said}")))
        }
    }
}

async fn read(response: Response<Incoming>) -> Result<String, StorageError> {
    let body = Limited::new(response.into_body(), ANSWER_BYTES_MAX).collect();
    let body = timeout(ANSWER_TIMEOUT, body).await.map_err(failed)?;
    let bytes = body.map_err(failed)?.to_bytes();
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
