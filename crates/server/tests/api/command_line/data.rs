//! Commands about the data: `init`, `organization`, `agent`, `key`, `migrate`.

use serde_json::{Value, json};
use store::{Db, Location, Options, Verdict};

use super::{ORGANIZATION, Parlour, is_private, said_with_stdin};
use crate::arrange::{id_of, is_id, items, text_of, wait_for_end_of_key};

const ANOTHER: [&str; 6] = [
    "--organization",
    "Other",
    "--email",
    "otto@other.com",
    "--name",
    "Otto",
];

#[test]
fn init_makes_an_organization_and_prints_its_key_once() {
    let parlour = Parlour::new();
    let made = parlour.init();
    let names: Vec<&String> = made.as_object().expect("an object").keys().collect();
    assert_eq!(names, ["agentId", "apiKey", "organizationId", "widgetId"]);
    assert!(is_id(text_of(&made["organizationId"])) && is_id(text_of(&made["agentId"])));
    assert_eq!(text_of(&made["widgetId"]).len(), 24);
    assert!(text_of(&made["apiKey"]).starts_with("xkeysib-"));
    assert!(is_private(&parlour.data_dir()));

    let serving = parlour.serve();
    let me = serving.client(&made["apiKey"]).get("/api/v1/me").json(200);
    assert_eq!(
        (
            &me["organizationId"],
            &me["organizationName"],
            &me["widgetId"]
        ),
        (
            &made["organizationId"],
            &json!("Getwear"),
            &made["widgetId"]
        )
    );
    let owner = &items(&serving.client(&made["apiKey"]), "/api/v1/agents")[0];
    assert_eq!(
        (
            &owner["id"],
            &owner["email"],
            &owner["name"],
            &owner["role"]
        ),
        (
            &made["agentId"],
            &json!("olivia@getwear.com"),
            &json!("Olivia"),
            &json!("owner")
        )
    );
}

#[test]
fn init_refuses_a_directory_that_holds_one() {
    let parlour = Parlour::new();
    parlour.init();
    let again = parlour.on_data(&[&["init"], &ORGANIZATION[..], &["--json"]].concat());
    assert_eq!(
        again.complaint(),
        format!(
            "{} holds the organization \"Getwear\" already; add another with `parlour organization create`",
            parlour.data_dir().display()
        )
    );
    let organizations = parlour.on_data(&["organization", "list", "--json"]).json();
    assert_eq!(organizations.as_array().map(Vec::len), Some(1));
}

#[test]
fn people_read_lines_and_programs_json() {
    let parlour = Parlour::new();
    let made = parlour.on_data(&[&["init"], &ORGANIZATION[..]].concat());
    assert_eq!(made.code, Some(0));
    let labels: Vec<&str> = made
        .out
        .lines()
        .filter_map(|line| line.split("  ").next())
        .collect();
    assert_eq!(labels, ["Organization", "Widget", "Owner", "API key"]);
    assert!(
        made.err
            .ends_with("Keep the API key: it is not shown again.\n"),
        "{made:?}"
    );
    let listed = parlour.on_data(&["agent", "list"]);
    assert!(listed.out.starts_with("id "), "{listed:?}");
    assert!(
        listed
            .out
            .contains("olivia@getwear.com  Olivia  owner  false"),
        "{listed:?}"
    );
}

#[test]
fn wrong_usage_ends_with_2_and_a_failure_with_1() {
    let parlour = Parlour::new();
    for arguments in [
        &[][..],
        &["dance"],
        &["init"],
        &["init", "--organization", "Getwear"],
        &["serve", "--port", "80"],
        &["key"],
        &["key", "revoke"],
        &["key", "create", "--name", "x", "--kind", "root"],
        &[
            "key",
            "create",
            "--name",
            "x",
            "--scopes",
            "access,everything",
        ],
        &[
            "agent", "create", "--email", "a@b.c", "--name", "A", "--role", "god",
        ],
    ] {
        let said = parlour.run(arguments);
        assert_eq!(
            (said.code, said.out.as_str()),
            (Some(2), ""),
            "{arguments:?}"
        );
        let is_explained = said.err.starts_with("error: ") || said.err.contains("Usage: parlour");
        assert!(is_explained, "{arguments:?}: {}", said.err);
    }
    for arguments in [["key", "list"], ["agent", "list"]] {
        let directory = parlour.data_dir().display().to_string();
        assert_eq!(
            parlour.on_data(&arguments).complaint(),
            format!(
                "there is no Parlour in {directory}; begin with `parlour init --data-dir {directory} …`"
            )
        );
    }
    // Looking for something makes nothing.
    assert!(!parlour.data_dir().exists());
    for (organization, email, name, complaint) in [
        (
            "Getwear",
            "olivia",
            "Olivia",
            "email is not a valid e-mail address",
        ),
        (" ", "a@b.c", "Olivia", "organization is missing"),
        ("Getwear", "a@b.c", "", "name is missing"),
    ] {
        let flags = [
            "init",
            "--organization",
            organization,
            "--email",
            email,
            "--name",
            name,
        ];
        assert_eq!(parlour.on_data(&flags).complaint(), complaint);
    }
    for arguments in [["--version"], ["--help"]] {
        let said = parlour.run(&arguments);
        assert_eq!((said.code, said.err.as_str()), (Some(0), ""));
    }
    // After all this there is still nobody.
    parlour.init();
}

#[test]
fn passwords_come_from_stdin_and_are_never_shown() {
    let parlour = Parlour::new();
    let init = [
        &["init"],
        &ORGANIZATION[..],
        &["--password-stdin", "--json"],
    ]
    .concat();
    let short = said_with_stdin(parlour.command_on_data(&init), "short\n");
    assert_eq!(short.complaint(), "password must have 8 to 128 characters");
    let made = said_with_stdin(parlour.command_on_data(&init), "correct horse\n");
    made.json();
    let liz = [
        "agent",
        "create",
        "--email",
        "liz@getwear.com",
        "--name",
        "Liz",
        "--password-stdin",
        "--json",
    ];
    let liz = said_with_stdin(parlour.command_on_data(&liz), "battery staple\n");
    let changed = ["agent", "set-password", "--email", "Liz@getwear.com"];
    let changed = said_with_stdin(parlour.command_on_data(&changed), "another one\n");
    assert_eq!(
        (changed.code, changed.err.as_str()),
        (Some(0), "the password of liz@getwear.com is set\n")
    );
    let unknown = ["agent", "set-password", "--email", "nobody@getwear.com"];
    let unknown = said_with_stdin(parlour.command_on_data(&unknown), "another one\n");
    assert_eq!(unknown.complaint(), "Agent not found");
    for said in [made, liz, changed] {
        let all = said.out + &said.err;
        assert!(
            !all.contains("horse") && !all.contains("staple") && !all.contains("another"),
            "{all}"
        );
    }
}

#[test]
fn commands_work_beside_a_running_server() {
    let parlour = Parlour::new();
    let made = parlour.init();
    let serving = parlour.serve();
    let client = serving.client(&made["apiKey"]);

    let create = [
        "agent",
        "create",
        "--email",
        "liz@getwear.com",
        "--name",
        "Liz",
        "--role",
        "administrator",
        "--json",
    ];
    let liz = parlour.on_data(&create).json();
    let agents = items(&client, "/api/v1/agents");
    assert_eq!(agents.len(), 2);
    assert_eq!(
        (&agents[1]["id"], &agents[1]["role"]),
        (&liz["agentId"], &json!("administrator"))
    );
    assert_eq!(
        parlour.on_data(&create).complaint(),
        "another agent has this email"
    );
    let listed = parlour.on_data(&["agent", "list", "--json"]).json();
    assert_eq!(
        listed[1],
        json!({"id": liz["agentId"], "email": "liz@getwear.com", "name": "Liz", "role": "administrator", "isDummy": false})
    );

    let other = parlour
        .on_data(&[&["organization", "create"], &ANOTHER[..], &["--json"]].concat())
        .json();
    let me = serving.client(&other["apiKey"]).get("/api/v1/me").json(200);
    assert_eq!(
        (&me["organizationId"], &me["organizationName"]),
        (&other["organizationId"], &json!("Other"))
    );
    let organizations = parlour.on_data(&["organization", "list", "--json"]).json();
    let names: Vec<&Value> = organizations
        .as_array()
        .expect("a list")
        .iter()
        .map(|row| &row["name"])
        .collect();
    assert_eq!(names, [&json!("Getwear"), &json!("Other")]);

    // With two of them one must be named.
    assert_eq!(
        parlour.on_data(&["agent", "list"]).complaint(),
        "there are several organizations; name one with --organization ID"
    );
    let named = [
        "agent",
        "list",
        "--json",
        "--organization",
        text_of(&other["organizationId"]),
    ];
    assert_eq!(parlour.on_data(&named).json()[0]["email"], "otto@other.com");
    assert_eq!(
        parlour
            .on_data(&["agent", "list", "--organization", "nope"])
            .complaint(),
        "there is no organization nope"
    );
}

#[test]
fn keys_are_made_listed_and_revoked_beside_a_running_server() {
    let parlour = Parlour::new();
    let made = parlour.init();
    let serving = parlour.serve();
    let create = [
        "key",
        "create",
        "--name",
        "Shop",
        "--scopes",
        "access,assign",
        "--json",
    ];
    let shop = parlour.on_data(&create).json();
    let client = serving.client(&shop["apiKey"]);
    assert_eq!(
        client.get("/api/v1/me").json(200)["scopes"],
        json!(["access", "assign"])
    );
    let oauth = parlour
        .on_data(&[
            "key", "create", "--name", "Partner", "--kind", "oauth", "--json",
        ])
        .json();
    assert!(oauth["clientId"].is_string() && oauth["clientSecret"].is_string());

    let listed = parlour.on_data(&["key", "list", "--json"]).json();
    let secret = text_of(&shop["apiKey"]);
    let hint = format!("…{}", &secret[secret.len() - 4..]);
    assert_eq!(
        listed[1],
        json!({"id": shop["id"], "name": "Shop", "kind": "key", "hint": hint, "scopes": "access assign", "state": "good"})
    );
    assert!(!listed.to_string().contains(&secret[8..]));

    let id = id_of(&shop);
    let revoked = parlour.on_data(&["key", "revoke", &id]);
    assert_eq!(
        (revoked.code, revoked.err),
        (Some(0), format!("the key {id} is revoked\n"))
    );
    wait_for_end_of_key(&client);
    assert_eq!(
        parlour.on_data(&["key", "revoke", &id]).complaint(),
        "Key not found"
    );
    assert_eq!(
        parlour.on_data(&["key", "list", "--json"]).json()[1]["state"],
        "revoked"
    );
    serving.client(&made["apiKey"]).get("/api/v1/me").json(200);
}

#[test]
fn a_newer_schema_is_refused_and_left_alone() {
    let parlour = Parlour::new();
    parlour.init();
    let version = store::migrate::version();
    let migrated = parlour.on_data(&["migrate"]);
    assert_eq!(migrated.out, format!("the database has schema {version}\n"));

    let file = parlour.data_dir().join("parlour.db");
    let db = Db::open(&Options::new(Location::Sqlite(file)), drop).expect("an open database");
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .expect("a runtime");
    let newer = db.write(|tx| {
        tx.run(
            "insert into migrations (version, name) values (99, 'tomorrow')",
            &[],
        )?;
        Ok(Verdict::<(), ()>::Keep((), Vec::new()))
    });
    runtime
        .block_on(newer)
        .expect("a commit")
        .expect("no refusal");
    drop(db);
    for arguments in [
        &["serve", "--listen", "127.0.0.1:0"][..],
        &["migrate"],
        &["key", "list"],
    ] {
        let said = parlour.on_data(arguments);
        assert_eq!(
            said.complaint(),
            format!(
                "the database has schema {}, which is newer than this program's {version}: run the newer version, or \
                restore a backup",
                version + 1
            ),
            "{arguments:?}"
        );
    }
}
