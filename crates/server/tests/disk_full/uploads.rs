//! The disk gets full of attachments: the next one is refused whole, and messages are written as before (case H9).

use std::{fs, path::Path};

use bench::durability::{
    mount::Mount,
    process::{Account, Installation},
};
use serde_json::{Value, json};

/// The disk.
const DISK: &str = "48m";

/// An attachment of which several fit.
const FILE_BYTES: usize = 4 << 20;

/// More than fit.
const FILES_MAX: usize = 24;

struct Uploads<'a> {
    account: &'a Account,
    address: String,
    agent: ureq::Agent,
}

impl<'a> Uploads<'a> {
    fn to(account: &'a Account, address: String) -> Self {
        let config = ureq::Agent::config_builder().http_status_as_error(false);
        Self {
            account,
            address,
            agent: config.build().into(),
        }
    }

    /// Sends something; tells status and answer.
    fn post(&self, path: &str, body: &[u8]) -> (u16, Value) {
        let mut answer = self
            .agent
            .post(format!("{}{path}", self.address))
            .header("api-key", &self.account.api_key)
            .header("content-type", "application/json")
            .send(body)
            .expect("an answer");
        let text = answer.body_mut().read_to_string().expect("a whole answer");
        let json = serde_json::from_str(&text).expect("JSON");
        (answer.status().as_u16(), json)
    }

    fn upload(&self, letter: u8) -> (u16, Value) {
        self.post("/api/v1/files?name=x.bin", &vec![letter; FILE_BYTES])
    }

    fn fetch(&self, file: &Value) -> Vec<u8> {
        let link = file["link"].as_str().expect("a link");
        let mut answer = self.agent.get(link).call().expect("an answer");
        let body = answer.body_mut().with_config().limit(2 * FILE_BYTES as u64);
        body.read_to_vec().expect("a whole file")
    }
}

/// How many files lie below a directory, and how many of them are not finished.
fn count(directory: &Path) -> (usize, usize) {
    let (mut all, mut unfinished) = (0, 0);
    for entry in fs::read_dir(directory).into_iter().flatten() {
        let path = entry.expect("a readable directory").path();
        let files = fs::read_dir(&path).expect("a directory").count();
        all += files;
        if path.ends_with("incoming") {
            unfinished += files;
        }
    }
    (all, unfinished)
}

#[test]
fn a_disk_full_of_files_refuses_more_and_goes_on_with_messages() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let disk = match Mount::memory(directory.path(), DISK) {
        Ok(disk) => disk,
        Err(reason) => return super::say_skipped(&reason),
    };
    let binary = env!("CARGO_BIN_EXE_parlour").as_ref();
    let data = disk.directory().join("data");
    let installation = Installation::new(binary, &data);
    let account = installation.init().expect("an organization is made");
    let server = installation.start().expect("the server starts");
    let uploads = Uploads::to(&account, server.address());

    let mut kept = Vec::new();
    let refused = (0..FILES_MAX).find_map(|number| {
        let letter = number as u8;
        let (status, answer) = uploads.upload(letter);
        if status == 201 {
            kept.push((letter, answer));
            return None;
        }
        Some((status, answer))
    });
    let (status, answer) = refused.expect("the disk gets full");
    assert_eq!((status, &answer["code"]), (507, &json!("storage_full")));
    assert!(kept.len() > 4, "{} files", kept.len());
    for _ in 0..10 {
        assert_eq!(uploads.upload(99).0, 507);
    }
    assert_eq!(count(&data.join("files")), (kept.len(), 0));

    // There is room left for what matters more.
    let path = "/api/v1/visitors/visitor-0123456789abcdef/messages";
    let said = json!({"fileIds": [kept[0].1["id"]]}).to_string();
    let (status, message) = uploads.post(path, said.as_bytes());
    assert_eq!(
        (status, &message["file"]["link"]),
        (201, &kept[0].1["link"])
    );
    for (letter, file) in &kept {
        let bytes = uploads.fetch(file);
        assert!(bytes.len() == FILE_BYTES && bytes.iter().all(|byte| byte == letter));
    }

    let server = super::restart(server, &installation);
    let uploads = Uploads::to(&account, server.address());
    fs::remove_dir_all(data.join("files").join(first_directory(&data))).expect("room is made");
    let (status, _) = uploads.upload(1);
    assert_eq!(status, 201, "as soon as there is room");
}

/// The directory of some file that is kept.
fn first_directory(data: &Path) -> String {
    let entries = fs::read_dir(data.join("files")).expect("a directory");
    let names = entries.map(|entry| entry.expect("readable").file_name());
    let mut names = names.map(|name| name.to_string_lossy().into_owned());
    names.find(|name| name.len() == 2).expect("there is a file")
}
