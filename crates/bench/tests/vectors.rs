//! The stories of `web/client/vectors`, told to the bench's client: it and the widget's are judged by the same traces.

use std::{collections::BTreeMap, fs, path::Path};

use bench::live::{
    frame::{Event, Frame},
    machine::{Input, Machine, Output},
    outbox::Unsent,
};
use serde_json::{Value, json};

/// What the bench's client leaves out: it has nobody to show it to, and no outbox that outlives it.
const LEFT_OUT: [&str; 4] = ["inbox", "seen", "typing", "presence"];

/// What nobody does to it: stories in which somebody does are left out too.
const NOT_DONE: [&str; 6] = ["stop", "restore", "retry", "discard", "seen", "typing"];

/// Outputs about what is left out.
const NOT_TOLD: [&str; 6] = ["keep", "forget", "presence", "typing", "inbox", "reload"];

#[test]
fn the_client_tells_every_story_as_it_is_written() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../web/client/vectors");
    let mut told = 0;
    let mut wrong = Vec::new();
    let mut files: Vec<_> = fs::read_dir(&folder)
        .expect("the vectors are there")
        .map(|entry| entry.expect("a readable folder").path())
        .filter(|path| path.extension().is_some_and(|end| end == "json"))
        .collect();
    files.sort();
    for file in files {
        let text = fs::read_to_string(&file).expect("a readable file");
        let story: Value = serde_json::from_str(&text).expect("a story is JSON");
        if is_left_out(&story) {
            continue;
        }
        told += 1;
        if let Err(problem) = tell(&story) {
            wrong.push(format!("{}: {problem}", story["name"]));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of {told}:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
    assert!(
        told >= 40,
        "only {told} stories were found in {}",
        folder.display()
    );
}

fn is_left_out(story: &Value) -> bool {
    let is_in = |names: &[&str], value: &Value| names.iter().any(|name| value == name);
    let rules = story["rules"].as_array().expect("rules");
    let steps = story["steps"].as_array().expect("steps");
    rules.iter().any(|rule| is_in(&LEFT_OUT, rule))
        || steps
            .iter()
            .any(|step| is_in(&NOT_DONE, &step["input"]["input"]))
}

/// Tells one story; the first step that goes otherwise is the error.
fn tell(story: &Value) -> Result<(), String> {
    let mut stage = Stage::default();
    for (number, step) in story["steps"].as_array().expect("steps").iter().enumerate() {
        let expected: Vec<Value> = step["outputs"].as_array().cloned().unwrap_or_default();
        let expected: Vec<Value> = expected
            .into_iter()
            .filter(|output| !NOT_TOLD.iter().any(|name| output["output"] == *name))
            .collect();
        let found = stage.take(&step["input"]);
        if found != expected {
            return Err(format!(
                "step {number}, {}\n  expected {}\n  found    {}",
                step["input"],
                Value::Array(expected),
                Value::Array(found)
            ));
        }
        if let Some(next) = step.get("next") {
            let found = json!(stage.machine.wake_at());
            if found != *next {
                return Err(format!("step {number}: next is {found} instead of {next}"));
            }
        }
    }
    Ok(())
}

/// A machine, and the screen that shows what it shows.
#[derive(Default)]
struct Stage {
    machine: Machine,
    now: i64,
    events: BTreeMap<String, Vec<Event>>,
    own: Vec<Own>,
    shown: BTreeMap<String, Vec<String>>,
}

/// An own message that was not seen as an event yet.
struct Own {
    cid: String,
    ch: String,
    data: Value,
    state: State,
}

#[derive(PartialEq)]
enum State {
    OnItsWay,
    Stored(i64),
    Refused,
}

impl Stage {
    /// One input; what comes out of it, in the words of the vectors.
    fn take(&mut self, input: &Value) -> Vec<Value> {
        let chance = input["random"].as_f64().unwrap_or(0.5);
        if let Some(now) = input["now"].as_i64() {
            self.now = now;
        }
        let mut outputs = Vec::new();
        for input in self.inputs(input) {
            for output in self.machine.step(self.now, chance, input) {
                outputs.extend(self.show(output));
            }
        }
        outputs.extend(self.changes());
        outputs
    }

    fn inputs(&mut self, input: &Value) -> Vec<Input> {
        let text = |name: &str| input[name].as_str().unwrap_or_default().to_owned();
        let token = || input["auth"]["token"].as_str().map(str::to_owned);
        vec![
            match input["input"].as_str().expect("an input has a name") {
                "start" => Input::Start(token()),
                "online" => Input::Online,
                "opened" => Input::Opened,
                "frame" => {
                    let frame: Frame = serde_json::from_value(input["frame"].clone())
                        .expect("a frame of the protocol");
                    Input::Said(frame)
                }
                "closed" => Input::Closed(input["code"].as_u64().map(|code| code as u16)),
                "auth" => Input::Renewed(token()),
                "time" => Input::Tick,
                "follow" => Input::Follow(text("ch")),
                "leave" => Input::Leave(text("ch")),
                "older" => Input::Older(text("ch")),
                "send" => {
                    self.own.push(Own {
                        cid: text("cid"),
                        ch: text("ch"),
                        data: input["data"].clone(),
                        state: State::OnItsWay,
                    });
                    return Vec::new();
                }
                "kept" => {
                    let own = self.own.iter().find(|own| own.cid == text("cid"));
                    let own = own.expect("what is kept was sent");
                    Input::Write(Unsent::new(
                        own.cid.clone(),
                        own.ch.clone(),
                        own.data.clone(),
                    ))
                }
                other => panic!("an input called {other}"),
            },
        ]
    }

    fn show(&mut self, output: Output) -> Option<Value> {
        match output {
            Output::Connect => return Some(json!({"output": "connect"})),
            Output::Wait(ms) => return Some(json!({"output": "wait", "ms": ms})),
            Output::Say(frame) => return Some(json!({"output": "frame", "frame": frame})),
            Output::Hang => return Some(json!({"output": "close"})),
            Output::Renew => return Some(json!({"output": "renew"})),
            Output::End(code) => return Some(json!({"output": "stop", "code": code})),
            Output::Denied(ch, code) => {
                return Some(json!({"output": "refused", "ch": ch, "code": code}));
            }
            Output::Conversation(ch) => {
                for own in self.own.iter_mut().filter(|own| own.ch == "me") {
                    own.ch.clone_from(&ch);
                }
                return Some(json!({"output": "conversation", "ch": ch}));
            }
            Output::Show(ch, event) => {
                self.own.retain(|own| event.cid.as_ref() != Some(&own.cid));
                self.events.entry(ch).or_default().push(event);
            }
            Output::ShowBefore(ch, older) => {
                self.events.entry(ch).or_default().splice(0..0, older);
            }
            Output::Forget(ch) => drop(self.events.remove(&ch)),
            Output::Stored(ack) => {
                for own in self.own.iter_mut().filter(|own| own.cid == ack.cid) {
                    own.ch.clone_from(&ack.ch);
                    own.state = State::Stored(ack.seq);
                }
            }
            Output::Refused(nack) => {
                for own in &mut self.own {
                    if nack.cid.as_ref() == Some(&own.cid) {
                        own.state = State::Refused;
                    }
                }
            }
        }
        None
    }

    /// Channels whose list is another than before.
    fn changes(&mut self) -> Vec<Value> {
        let names = self.events.keys().chain(self.shown.keys()).cloned();
        let names = names.chain(self.own.iter().map(|own| own.ch.clone()));
        let names: std::collections::BTreeSet<String> = names.collect();
        let mut changes = Vec::new();
        for ch in names {
            let list = self.list(&ch);
            let before = self.shown.insert(ch.clone(), list.clone());
            if before.unwrap_or_default() != list {
                changes.push(json!({"output": "show", "ch": ch, "list": list}));
            }
        }
        changes
    }

    fn list(&self, ch: &str) -> Vec<String> {
        let events = self.events.get(ch).map(Vec::as_slice).unwrap_or_default();
        let mut list: Vec<String> = events
            .iter()
            .filter_map(|event| item(event, events))
            .collect();
        let text = |own: &Own| own.data["text"].as_str().unwrap_or_default().to_owned();
        let mut stored: Vec<(i64, String)> = Vec::new();
        let mut others = Vec::new();
        for own in self.own.iter().filter(|own| own.ch == ch) {
            match own.state {
                State::Stored(seq) => stored.push((seq, text(own))),
                State::OnItsWay => others.push(format!("~ {}", text(own))),
                State::Refused => others.push(format!("! {}", text(own))),
            }
        }
        stored.sort();
        list.extend(
            stored
                .into_iter()
                .map(|(seq, text)| format!("+{seq} {text}")),
        );
        list.extend(others);
        list
    }
}

/// How an event is shown, with what later ones did to it.
fn item(event: &Event, events: &[Event]) -> Option<String> {
    let kind = event.kind.as_str();
    if let "assignment" | "group" | "status" | "rating" = kind {
        return Some(format!("{} {kind}", event.seq));
    }
    if !matches!(kind, "message" | "note") {
        return None;
    }
    let id = event.data["id"].as_str().or(event.id.as_deref());
    let mut text = event.text().unwrap_or_default();
    for later in events.iter().filter(|later| later.seq > event.seq) {
        let is_about_it = |name: &str| id.is_some() && later.data[name].as_str() == id;
        match later.kind.as_str() {
            "edit" if is_about_it("id") => text = later.text().unwrap_or_default(),
            "delete" if is_about_it("messageId") => return None,
            _ => {}
        }
    }
    let note = if kind == "note" { "note " } else { "" };
    Some(format!("{} {note}{text}", event.seq))
}
