//! Everything that is stored, read back through the API.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
        mpsc,
    },
    thread,
};

use serde::{Deserialize, de::DeserializeOwned};
use tokio::task::JoinSet;

use crate::{
    ledger::{MessageId, Stored, holes},
    load::{Connection, in_one_thread},
    progress::Progress,
    target::Target,
};

/// Connections that read.
const CONNECTIONS: usize = 8;

/// Rows of a page, the most that the server gives.
const PAGE: usize = 100;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ListJson<T> {
    items: Vec<T>,
    next_cursor: Option<String>,
}

/// A conversation, as the list tells it.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Conversation {
    /// Its id.
    pub(crate) id: String,
    /// The `seq` of its last message.
    head: i64,
}

#[derive(Deserialize)]
struct Placed {
    id: String,
    seq: i64,
}

/// Which conversations are read.
#[derive(Clone, Debug)]
pub(crate) enum Which {
    /// All: nobody else writes to this server.
    All,
    /// Those whose visitor's id holds this text.
    Of(String),
}

/// Every conversation of an organization, or those of some visitors.
pub(crate) async fn conversations(
    target: &Target,
    which: &Which,
) -> Result<Vec<Conversation>, String> {
    let mut connection = Connection::open(target.address).await?;
    let mut found: Vec<Conversation> = Vec::new();
    let path = match which {
        Which::All => format!("/api/v1/conversations?limit={PAGE}"),
        Which::Of(text) => format!("/api/v1/conversations?limit={PAGE}&q={text}"),
    };
    all_pages(&mut connection, target, &path, |items| found.extend(items)).await?;
    Ok(found)
}

/// Every message of those conversations.
pub(crate) fn stored(
    target: &Target,
    which: &Which,
    progress: &Progress,
) -> Result<Stored, String> {
    let (target, which) = (target.clone(), which.clone());
    let (total, next) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let (found, read) = (Arc::clone(&total), Arc::clone(&next));
    let (done, is_done) = mpsc::channel();
    thread::spawn(move || {
        let stored = in_one_thread(async {
            let conversations = conversations(&target, &which).await?;
            total.store(conversations.len(), Ordering::Relaxed);
            read_all(target, Arc::new(conversations), next).await
        });
        // Whoever waited may have been told to stop.
        done.send(stored).unwrap_or_default();
    });
    progress.wait(&is_done, || {
        let total = found.load(Ordering::Relaxed).max(1);
        read.load(Ordering::Relaxed) as f64 / total as f64
    })?
}

async fn read_all(
    target: Target,
    conversations: Arc<Vec<Conversation>>,
    next: Arc<AtomicUsize>,
) -> Result<Stored, String> {
    let mut readers = JoinSet::new();
    for _ in 0..CONNECTIONS {
        let connection = Connection::open(target.address).await?;
        readers.spawn(read(
            connection,
            target.clone(),
            Arc::clone(&conversations),
            Arc::clone(&next),
        ));
    }
    let mut whole = Stored::default();
    while let Some(part) = readers.join_next().await {
        let part = part.map_err(|error| format!("a reader failed: {error}"))??;
        whole.ids.extend(part.ids);
        whole.holes += part.holes;
    }
    Ok(whole)
}

/// One connection's share: the next conversation that nobody has read yet, until there is none.
async fn read(
    mut connection: Connection,
    target: Target,
    conversations: Arc<Vec<Conversation>>,
    next: Arc<AtomicUsize>,
) -> Result<Stored, String> {
    let mut part = Stored::default();
    while let Some(conversation) = conversations.get(next.fetch_add(1, Ordering::Relaxed)) {
        let path = format!(
            "/api/v1/conversations/{}/messages?limit={PAGE}",
            conversation.id
        );
        let mut seqs = Vec::new();
        let mut strange = None;
        all_pages(&mut connection, &target, &path, |items: Vec<Placed>| {
            for message in items {
                seqs.push(message.seq);
                match MessageId::try_from(message.id.as_bytes()) {
                    Ok(id) => part.ids.push(id),
                    Err(_) => strange = Some(message.id),
                }
            }
        })
        .await?;
        if let Some(id) = strange {
            return Err(format!("{id:?} is no id of a message"));
        }
        part.holes += holes(&mut seqs, conversation.head);
    }
    Ok(part)
}

/// Reads a list from its first page to its last.
async fn all_pages<T: DeserializeOwned>(
    connection: &mut Connection,
    target: &Target,
    path: &str,
    mut take: impl FnMut(Vec<T>),
) -> Result<(), String> {
    let mut cursor = String::new();
    loop {
        let request = target.request("GET", &format!("{path}{cursor}"));
        let answer = connection.ask(&request).await?;
        if answer.status != 200 {
            let body = String::from_utf8_lossy(answer.body);
            return Err(format!("GET {path} was answered {}: {body}", answer.status));
        }
        let page: ListJson<T> = serde_json::from_slice(answer.body)
            .map_err(|error| format!("GET {path}: a page that is not understood: {error}"))?;
        take(page.items);
        match page.next_cursor {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return Ok(()),
        }
    }
}
