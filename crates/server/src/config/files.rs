//! Where attachments are kept and how large they may be.

use std::path::PathBuf;

use serde::Deserialize;
use url::Url;

use super::Config;

/// Attachments.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FilesConfig {
    /// Largest file, in bytes.
    pub size_bytes_max: u64,
    /// What links to files begin with; empty for the server's own address.
    pub url: String,
    /// `disk` or `s3`.
    pub storage: String,
    /// The S3 service, with its scheme.
    pub s3_endpoint: String,
    /// The S3 region.
    pub s3_region: String,
    /// The S3 bucket.
    pub s3_bucket: String,
    /// The S3 access key.
    pub s3_access_key: String,
    /// The S3 secret key.
    pub s3_secret_key: String,
    /// Certificates that are trusted beside the public ones; empty for none.
    pub s3_ca_file: PathBuf,
}

/// Where the bytes of files are kept.
#[derive(Clone, Debug)]
pub(crate) enum FileStorage {
    /// In a directory of this machine.
    Disk(PathBuf),
    /// In a bucket.
    S3(S3Place),
}

/// A bucket, and who we are there.
#[derive(Clone, Debug)]
pub(crate) struct S3Place {
    pub(crate) endpoint: Url,
    pub(crate) region: String,
    pub(crate) bucket: String,
    pub(crate) access_key: String,
    pub(crate) secret_key: String,
    pub(crate) ca_file: Option<PathBuf>,
}

/// The directory of attachments in the data directory.
const DIRECTORY: &str = "files";

/// Larger files than this are no attachments.
const SIZE_BYTES_MAX: u64 = 1 << 30;

impl Config {
    /// Where the bytes of files are kept.
    pub(crate) fn file_storage(&self) -> Result<FileStorage, String> {
        let files = &self.files;
        match files.storage.as_str() {
            "disk" => Ok(FileStorage::Disk(self.files_directory())),
            "s3" => files.s3().map(FileStorage::S3),
            _ => Err("files.storage must be disk or s3".to_owned()),
        }
    }

    /// The directory of attachments; also where uploads wait to be whole, wherever they are kept then.
    pub(crate) fn files_directory(&self) -> PathBuf {
        self.data_dir.join(DIRECTORY)
    }

    /// What links to files begin with.
    pub(crate) fn file_link_base(&self) -> String {
        if self.files.url.is_empty() {
            self.link_base()
        } else {
            self.files.url.trim_end_matches('/').to_owned()
        }
    }
}

impl FilesConfig {
    pub(super) fn validate(&self) -> Result<(), String> {
        if !(1..=SIZE_BYTES_MAX).contains(&self.size_bytes_max) {
            return Err(format!(
                "files.size_bytes_max must be 1 to {SIZE_BYTES_MAX}"
            ));
        }
        let is_web = |url: &str| url.starts_with("http://") || url.starts_with("https://");
        if !self.url.is_empty() && !is_web(&self.url) {
            return Err("files.url must begin with http:// or https://".to_owned());
        }
        Ok(())
    }

    fn s3(&self) -> Result<S3Place, String> {
        for (name, value) in [
            ("files.s3_endpoint", &self.s3_endpoint),
            ("files.s3_region", &self.s3_region),
            ("files.s3_bucket", &self.s3_bucket),
            ("files.s3_access_key", &self.s3_access_key),
            ("files.s3_secret_key", &self.s3_secret_key),
        ] {
            if value.is_empty() {
                return Err(format!("{name} is needed where files.storage is s3"));
            }
        }
        let endpoint = Url::parse(&self.s3_endpoint).ok();
        let endpoint = endpoint.filter(|url| {
            ["http", "https"].contains(&url.scheme()) && url.has_host() && url.path() == "/"
        });
        Ok(S3Place {
            endpoint: endpoint.ok_or(
                "files.s3_endpoint must be a scheme and a host, as https://s3.example, without a path",
            )?,
            region: self.s3_region.clone(),
            bucket: self.s3_bucket.clone(),
            access_key: self.s3_access_key.clone(),
            secret_key: self.s3_secret_key.clone(),
            ca_file: Some(self.s3_ca_file.clone()).filter(|file| !file.as_os_str().is_empty()),
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::config::{Flags, read};

    fn refusal(settings: &[(&str, &str)]) -> Option<String> {
        let settings: Vec<(String, String)> = settings
            .iter()
            .map(|(name, value)| (format!("PARLOUR_FILES_{name}"), (*value).to_owned()))
            .collect();
        let variable = |name: &str| {
            let found = settings.iter().find(|(known, _)| known == name);
            found.map(|(_, value)| value.clone())
        };
        read(&Flags::default(), variable).err()
    }

    #[test]
    fn a_bucket_needs_all_that_leads_to_it() {
        let mut settings = vec![
            ("STORAGE", "s3"),
            ("S3_ENDPOINT", "http://10.0.0.7:8333"),
            ("S3_REGION", "eu-1"),
            ("S3_BUCKET", "parlour"),
            ("S3_ACCESS_KEY", "key"),
            ("S3_SECRET_KEY", "secret"),
        ];
        assert_eq!(refusal(&settings), None);
        settings[1].1 = "s3.example";
        assert!(refusal(&settings).is_some_and(|said| said.contains("s3_endpoint must be")));
        settings.truncate(3);
        settings[1].1 = "https://s3.example";
        assert!(refusal(&settings).is_some_and(|said| said.contains("s3_bucket is needed")));
    }

    #[test]
    fn wrong_settings_are_named() {
        for (name, value, expected) in [
            ("STORAGE", "tape", "files.storage must be disk or s3"),
            ("SIZE_BYTES_MAX", "0", "files.size_bytes_max must be 1 to"),
            ("URL", "files.example", "files.url must begin with http"),
        ] {
            let said = refusal(&[(name, value)]).unwrap_or_default();
            assert!(said.contains(expected), "{name}: {said}");
        }
    }
}
