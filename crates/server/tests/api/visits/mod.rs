//! What becomes known of visitors: their browsers, where they are and where they have been, and what their site tells.

mod addresses;
mod arrival;
mod data;
mod pages;

pub(crate) use arrival::places;

use serde_json::{Value, json};
use testing::{
    client::{Answer, Client},
    server::TestServer,
};

use crate::arrange::text_of;

/// The browser of a visitor.
pub(crate) const FIREFOX: &str =
    "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0";

/// A visitor with a browser, who opens the panel on a page of a shop.
pub(crate) struct Guest {
    /// Somebody with their token.
    pub(crate) client: Client,
    /// Their public id.
    pub(crate) id: String,
    /// What opening the panel was answered with.
    pub(crate) session: Value,
}

impl Guest {
    /// Opens the panel; `more` is what the page tells besides.
    pub(crate) fn arrive(server: &TestServer, more: &Value) -> Self {
        Self::arrive_through(server, &server.stranger(), more)
    }

    /// The same with headers of a browser or a proxy.
    pub(crate) fn arrive_through(server: &TestServer, browser: &Client, more: &Value) -> Self {
        let session = open(server, browser, more).json(200);
        let token = text_of(&session["visitorToken"]);
        Self {
            client: browser.with_token(token),
            id: text_of(&session["visitorId"]).to_owned(),
            session,
        }
    }

    /// Opens the panel again, on another page or after a while.
    pub(crate) fn come_back(&mut self, server: &TestServer, browser: &Client, more: &Value) {
        let mut more = more.clone();
        more["visitorToken"] = self.session["visitorToken"].clone();
        self.session = open(server, browser, &more).json(200);
        assert_eq!(self.session["visitorId"], self.id);
    }

    /// Looks at a page.
    pub(crate) fn view(&self, link: &str, title: &str) {
        let page = json!({"link": link, "title": title});
        self.client.post("/live/pages", &page).empty(204);
    }

    /// The visitor as agents and programs see them.
    pub(crate) fn as_agents_see(&self, server: &TestServer) -> Value {
        let path = format!("/api/v1/visitors/{}", self.id);
        server.client().get(&path).json(200)
    }

    /// Everywhere they have been, latest first.
    pub(crate) fn visits(&self, server: &TestServer) -> Vec<Value> {
        let path = format!("/api/v1/visitors/{}/visits", self.id);
        crate::arrange::items(&server.client(), &path)
    }
}

fn open(server: &TestServer, browser: &Client, more: &Value) -> Answer {
    let mut body = json!({"widgetId": server.organization().widget_id});
    for (name, value) in more.as_object().expect("what the page tells") {
        body[name] = value.clone();
    }
    browser.post("/live/session", &body)
}
