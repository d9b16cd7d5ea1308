//! The server restarts.

use testing::server::TestServer;

use super::arrange::{agent_client, chatting, cid, connect, event, events};
use crate::arrange::text_of;

#[test]
fn a_restart_is_told_with_a_time_to_come_back_and_nothing_is_lost() {
    let mut server = TestServer::start();
    let (visitor, mut at_visitor, ch) = chatting(&server);
    let mut agents: Vec<_> = (0..9).map(|_| connect(&agent_client(&server))).collect();
    for socket in &mut agents {
        socket.subscribe("inbox", None);
    }
    let page = at_visitor.subscribe(&ch, None);
    let cursor = format!("{}:{}", text_of(&page["epoch"]), page["head"]);
    server.restart();
    for socket in agents.iter_mut().chain([&mut at_visitor]) {
        assert_eq!(socket.closed(), 4000);
        let bye = socket.expect("bye");
        // So few may come back at once.
        assert_eq!(bye["retryAfter"], 0);
    }

    let mut again = connect(&server.stranger().with_token(&visitor.token));
    let page = again.subscribe(&ch, Some(&cursor));
    assert_eq!((events(&page).len(), &page["recovered"]), (0, &true.into()));
    again.send(&ch, &cid(3), "back again");
    assert_eq!(event(&again.expect("ev")), "message 2");
}
