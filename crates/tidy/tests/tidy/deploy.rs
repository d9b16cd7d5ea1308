//! What `deploy/` and the pages about running Parlour set is there: every `PARLOUR_*` variable is a setting, and the
//! services of the compose file know each other.

use std::collections::BTreeSet;

use regex::Regex;
use tidy::SourceFile;
use yaml_rust2::{Yaml, YamlLoader};

const SETTINGS: &str = "crates/server/src/config";

/// Names a file with settings, and is none itself.
const CONFIG: &str = "PARLOUR_CONFIG";

/// Not for the server: the name that `deploy/compose.yaml` makes PARLOUR_PUBLIC_URL of.
const SITE: &str = "PARLOUR_SITE";

/// The variable of every setting in `default.toml`.
fn variables(defaults: &str) -> BTreeSet<String> {
    let key = Regex::new(r"^([a-z0-9_]+) *=").expect("a valid pattern");
    let mut section = String::new();
    let mut found = BTreeSet::new();
    for line in defaults.lines() {
        if let Some(name) = line.strip_prefix('[') {
            section = format!("{}_", name.trim_end_matches(']').replace('.', "_"));
        } else if let Some(setting) = key.captures(line) {
            found.insert(format!("PARLOUR_{section}{}", &setting[1]).to_uppercase());
        }
    }
    found
}

/// Variables that files name and that nobody reads.
fn offenders(files: &[SourceFile], known: &BTreeSet<String>) -> Vec<String> {
    let variable = Regex::new(r"PARLOUR_[A-Z0-9_]*[A-Z0-9]").expect("a valid pattern");
    let mut found = Vec::new();
    for file in files {
        for (number, line) in (1..).zip(file.text.lines()) {
            for name in variable.find_iter(line).map(|name| name.as_str()) {
                let plain = name.strip_suffix("_FILE").unwrap_or(name);
                if ![CONFIG, SITE].contains(&name) && !known.contains(plain) {
                    found.push(format!("{}:{number}: {name}", file.path));
                }
            }
        }
    }
    found
}

fn known() -> BTreeSet<String> {
    let defaults = tidy::files(SETTINGS, &["default.toml"]);
    variables(&defaults.first().expect("the settings").text)
}

/// What other services a compose file names and does not have.
fn unknown_services(compose: &Yaml) -> Vec<String> {
    let services = compose["services"].as_hash().expect("services");
    let names: BTreeSet<&str> = services.keys().filter_map(Yaml::as_str).collect();
    let mut found = Vec::new();
    for (name, service) in services {
        let name = name.as_str().unwrap_or_default();
        // A node says what it needs in what all nodes share.
        let needs = [&service["depends_on"], &service["<<"]["depends_on"]];
        for needed in needs.into_iter().flat_map(names_of) {
            if !names.contains(needed.as_str()) {
                found.push(format!("{name} needs {needed}"));
            }
        }
        for upstream in service["environment"]["NODES"].as_str().into_iter() {
            let hosts = upstream
                .split(' ')
                .filter_map(|node| node.split(':').next());
            let missing = hosts.filter(|host| !names.contains(host));
            found.extend(missing.map(|host| format!("{name} leads to {host}")));
        }
    }
    found
}

/// The entries of a list, or the keys of a map.
fn names_of(names: &Yaml) -> Vec<String> {
    let list = names.as_vec().into_iter().flatten();
    let map = names.as_hash().into_iter().flat_map(|map| map.keys());
    list.chain(map)
        .filter_map(Yaml::as_str)
        .map(str::to_owned)
        .collect()
}

fn parse(text: &str) -> Yaml {
    let mut documents = YamlLoader::load_from_str(text).expect("the compose file is YAML");
    assert_eq!(documents.len(), 1, "one document");
    documents.remove(0)
}

#[test]
fn every_variable_is_a_setting() {
    let known = known();
    assert!(
        known.contains("PARLOUR_HTTP_TRUSTED_PROXIES") && known.contains("PARLOUR_LISTEN"),
        "{known:?}"
    );
    let mut files = tidy::files(
        "deploy",
        &["Dockerfile", ".yaml", "Caddyfile", ".service", ".md"],
    );
    assert!(files.len() >= 4, "deploy/ is not read");
    files.extend(tidy::files("docs", &["growing.md"]));
    files.extend(tidy::files("scripts", &["run.sh"]));
    crate::assert_none("name a setting of default.toml", &offenders(&files, &known));
}

#[test]
fn a_variable_that_nobody_reads_is_found() {
    let known = variables("# a\nlisten = \"x\"\n[files]\n# b\ns3_bucket = \"\"\n");
    let text = "PARLOUR_LISTEN PARLOUR_LISTEN_FILE PARLOUR_FILES_S3_BUCKET PARLOUR_CONFIG PARLOUR_SITE\n\
        PARLOUR_S3_BUCKET: x\nPARLOUR_FILES_BUCKET=y PARLOUR_CONFIG_FILE\n";
    let found = offenders(&[SourceFile::planted("deploy/x.yaml", text)], &known);
    let names: Vec<_> = found
        .iter()
        .filter_map(|line| line.rsplit(' ').next())
        .collect();
    assert_eq!(
        names,
        [
            "PARLOUR_S3_BUCKET",
            "PARLOUR_FILES_BUCKET",
            "PARLOUR_CONFIG_FILE"
        ]
    );
}

#[test]
fn the_services_of_the_compose_file_know_each_other() {
    let files = tidy::files("deploy", &["compose.yaml"]);
    let compose = parse(&files.first().expect("the compose file").text);
    crate::assert_none("name a service that is there", &unknown_services(&compose));
    let nodes = ["node1", "node2", "node3"];
    for node in nodes {
        let image = compose["services"][node]["<<"]["image"].as_str();
        assert_eq!(image, Some("parlour"), "{node}");
    }
    let proxy = &compose["services"]["proxy"];
    let trusted = &compose["x-node"]["environment"]["PARLOUR_HTTP_TRUSTED_PROXIES"];
    assert_eq!(
        proxy["networks"]["inside"]["ipv4_address"], *trusted,
        "the nodes believe another address than the proxy's"
    );
}

#[test]
fn a_service_that_is_not_there_is_found() {
    let text = "services:\n  a:\n    depends_on: [b, c]\n  b:\n    depends_on: { d: { condition: x } }\n    environment:\n      NODES: a:1 e:2\n";
    let found = unknown_services(&parse(text));
    assert_eq!(found, ["a needs c", "b needs d", "b leads to e"]);
}
