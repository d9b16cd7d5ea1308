//! Where each setting comes from: default, file, variable, flag; the later ones win.

use std::{collections::BTreeMap, fmt, path::PathBuf};

use toml::{Table, Value};

use super::Config;

/// The embedded defaults, which document every key.
const DEFAULTS: &str = include_str!("default.toml");

/// What was given on the command line.
#[derive(Clone, Debug, Default)]
pub struct Flags {
    /// `--data-dir`.
    pub data_dir: Option<PathBuf>,
    /// `--listen`.
    pub listen: Option<String>,
    /// `--public-url`.
    pub public_url: Option<String>,
    /// `--database-url`.
    pub database_url: Option<String>,
    /// `--nats-url`.
    pub nats_url: Option<String>,
    /// `--config`, or `PARLOUR_CONFIG`.
    pub config: Option<PathBuf>,
}

/// Where a setting came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// The embedded defaults.
    Default,
    /// The file.
    File,
    /// An environment variable of this name.
    Variable(String),
    /// The command line.
    Flag,
}

impl fmt::Display for Source {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Source::Default => formatter.write_str("default"),
            Source::File => formatter.write_str("file"),
            Source::Variable(name) => formatter.write_str(name),
            Source::Flag => formatter.write_str("flag"),
        }
    }
}

/// Every setting by its dotted name, with its value and where that came from.
pub type Settings = BTreeMap<String, (Value, Source)>;

/// Reads the configuration. `variable` looks up environment variables; each may also be given as a file whose name is
/// in a variable with `_FILE` at the end.
pub fn read(
    flags: &Flags,
    variable: impl Fn(&str) -> Option<String>,
) -> Result<(Config, Settings), String> {
    let mut settings = Settings::new();
    let defaults: Table = DEFAULTS
        .parse()
        .map_err(|error| format!("the embedded defaults: {error}"))?;
    flatten("", &defaults, &mut |name, value| {
        settings.insert(name, (value.clone(), Source::Default));
        Ok(())
    })?;
    if let Some(path) = flags
        .config
        .clone()
        .or_else(|| variable("PARLOUR_CONFIG").map(PathBuf::from))
    {
        read_file(&path, &mut settings)?;
    }
    read_variables(&variable, &mut settings)?;
    let text = |text: &String| Value::String(text.clone());
    let given = [
        (
            "data_dir",
            flags
                .data_dir
                .as_ref()
                .map(|path| Value::String(path.display().to_string())),
        ),
        ("listen", flags.listen.as_ref().map(text)),
        ("public_url", flags.public_url.as_ref().map(text)),
        ("database_url", flags.database_url.as_ref().map(text)),
        ("nats_url", flags.nats_url.as_ref().map(text)),
    ];
    for (name, value) in given {
        if let Some(value) = value {
            settings.insert(name.to_owned(), (value, Source::Flag));
        }
    }
    let mut config: Config = Value::Table(nest(&settings))
        .try_into()
        .map_err(|error: toml::de::Error| error.message().to_owned())?;
    config.validate()?;
    config.web_dev = variable("PARLOUR_WEB_DEV").map(PathBuf::from);
    Ok((config, settings))
}

fn read_file(path: &std::path::Path, settings: &mut Settings) -> Result<(), String> {
    let name = path.display();
    let text = std::fs::read_to_string(path)
        .map_err(|error| format!("the configuration file {name} cannot be read: {error}"))?;
    let table: Table = text
        .parse()
        .map_err(|error| format!("the configuration file {name}: {error}"))?;
    let known: Vec<String> = settings.keys().cloned().collect();
    flatten("", &table, &mut |key, value| {
        let Some((default, _)) = settings.get(&key) else {
            return Err(format!(
                "{name}: there is no setting {key:?}; {}",
                suggestion(&key, &known)
            ));
        };
        if !default.same_type(value) {
            return Err(format!(
                "{name}: {key} must be of type {}",
                default.type_str()
            ));
        }
        settings.insert(key, (value.clone(), Source::File));
        Ok(())
    })
}

fn read_variables(
    variable: &impl Fn(&str) -> Option<String>,
    settings: &mut Settings,
) -> Result<(), String> {
    for (key, setting) in settings.iter_mut() {
        let name = variable_name(key);
        let from_file = || {
            let path = variable(&format!("{name}_FILE"))?;
            Some(
                std::fs::read_to_string(&path)
                    .map(|text| text.trim().to_owned())
                    .map_err(|error| format!("{name}_FILE: {path}: {error}")),
            )
        };
        let Some(text) = variable(&name).map(Ok).or_else(from_file).transpose()? else {
            continue;
        };
        let value = match &setting.0 {
            Value::Integer(_) => text
                .parse()
                .map(Value::Integer)
                .map_err(|_| format!("{name} must be a whole number"))?,
            Value::Boolean(_) => text
                .parse()
                .map(Value::Boolean)
                .map_err(|_| format!("{name} must be true or false"))?,
            _ => Value::String(text),
        };
        *setting = (value, Source::Variable(name));
    }
    Ok(())
}

/// The environment variable of a setting: section and key joined.
pub(crate) fn variable_name(key: &str) -> String {
    format!("PARLOUR_{}", key.replace('.', "_").to_uppercase())
}

fn flatten(
    prefix: &str,
    table: &Table,
    each: &mut impl FnMut(String, &Value) -> Result<(), String>,
) -> Result<(), String> {
    for (key, value) in table {
        match value {
            Value::Table(section) => flatten(&format!("{prefix}{key}."), section, each)?,
            value => each(format!("{prefix}{key}"), value)?,
        }
    }
    Ok(())
}

fn nest(settings: &Settings) -> Table {
    let mut root = Table::new();
    for (name, (value, _)) in settings {
        match name.split_once('.') {
            None => drop(root.insert(name.clone(), value.clone())),
            Some((section, key)) => {
                let section = root
                    .entry(section)
                    .or_insert_with(|| Value::Table(Table::new()));
                if let Value::Table(section) = section {
                    section.insert(key.to_owned(), value.clone());
                }
            }
        }
    }
    root
}

/// The known name that shares the longest beginning or the last word with a wrong one.
fn suggestion(wrong: &str, known: &[String]) -> String {
    let shared = |name: &str| {
        let start = name
            .chars()
            .zip(wrong.chars())
            .take_while(|(a, b)| a == b)
            .count();
        let end = name
            .chars()
            .rev()
            .zip(wrong.chars().rev())
            .take_while(|(a, b)| a == b)
            .count();
        start + end
    };
    match known.iter().max_by_key(|name| shared(name)) {
        Some(name) if shared(name) >= 4 => format!("did you mean {name:?}?"),
        _ => "see `parlour config show` for all of them".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flags_with_file(text: &str) -> (tempfile::NamedTempFile, Flags) {
        let file = tempfile::NamedTempFile::new().expect("a temporary file");
        std::fs::write(file.path(), text).expect("written");
        let flags = Flags {
            config: Some(file.path().to_owned()),
            ..Flags::default()
        };
        (file, flags)
    }

    #[test]
    fn flags_win_over_variables_over_the_file_over_defaults() {
        let (_file, mut flags) = flags_with_file(
            "listen = \"127.0.0.1:1\"\n[chats]\nidle_seconds = 1\n[limits]\napi_key_burst = 7\n",
        );
        flags.listen = Some("127.0.0.1:3".to_owned());
        let variable = |name: &str| match name {
            "PARLOUR_LISTEN" => Some("127.0.0.1:2".to_owned()),
            "PARLOUR_CHATS_IDLE_SECONDS" => Some("2".to_owned()),
            _ => None,
        };
        let (config, settings) = read(&flags, variable).expect("good");
        assert_eq!(
            (
                config.listen.as_str(),
                config.chats.idle_seconds,
                config.limits.api_key_burst
            ),
            ("127.0.0.1:3", 2, 7)
        );
        assert_eq!(settings["listen"].1, Source::Flag);
        assert_eq!(
            settings["chats.idle_seconds"].1.to_string(),
            "PARLOUR_CHATS_IDLE_SECONDS"
        );
        assert_eq!(settings["limits.api_key_burst"].1, Source::File);
        assert_eq!(settings["log.level"].1, Source::Default);
    }

    #[test]
    fn wrong_names_and_values_are_refused_with_their_name() {
        for (text, expected) in [
            ("[chats]\nidle_second = 1", "chats.idle_seconds"),
            ("[chats]\nidle_seconds = \"x\"", "must be of type integer"),
            (
                "[chats]\nidle_seconds = 0",
                "chats.idle_seconds must be at least 1",
            ),
            (
                "listen = \"localhost\"",
                "listen must be an address and a port",
            ),
            ("xyz = 1", "config show"),
        ] {
            let (_file, flags) = flags_with_file(text);
            let error = read(&flags, |_| None).expect_err(text);
            assert!(error.contains(expected), "{error}");
        }
        let error = read(&Flags::default(), |name| {
            (name == "PARLOUR_LIMITS_API_KEY_PER_HOUR").then(|| "many".to_owned())
        });
        assert!(error.is_err_and(|error| {
            error.contains("PARLOUR_LIMITS_API_KEY_PER_HOUR must be a whole number")
        }));
    }

    #[test]
    fn a_secret_may_stand_in_a_file() {
        let file = tempfile::NamedTempFile::new().expect("a temporary file");
        std::fs::write(file.path(), "postgres://secret@db/parlour\n").expect("written");
        let path = file.path().display().to_string();
        let (config, _) = read(&Flags::default(), |name| {
            (name == "PARLOUR_DATABASE_URL_FILE").then(|| path.clone())
        })
        .expect("good");
        assert_eq!(config.database_url, "postgres://secret@db/parlour");
    }
}
