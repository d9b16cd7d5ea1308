//! What the application answers.

use app::Error;
use model::event::Event;

use super::*;
use crate::live::question::Refusal;

impl Session {
    /// A question was answered.
    pub(in crate::live) fn on_answer(&mut self, answer: Answer) -> Vec<Out> {
        match answer {
            Answer::Authenticated(found) => self.on_authenticated(found),
            Answer::Oneself(Ok((own, is_any_available))) => self.on_oneself(own, is_any_available),
            Answer::Oneself(Err(error)) => {
                self.is_me = false;
                failed("me", &error)
            }
            Answer::Everything(Ok(())) => vec![Out::Send(say(&self.plain_subok("inbox")))],
            Answer::Everything(Err(error)) => {
                self.is_inbox = false;
                failed("inbox", &error)
            }
            Answer::Followed(id, Ok(page)) => {
                let after = page
                    .events
                    .last()
                    .map_or(page.conversation.head, |last| last.seq);
                self.on_page(&id, *page, after)
            }
            Answer::Followed(id, Err(error)) => {
                // A channel that never was; one that was followed before stays what it is.
                self.channels
                    .retain(|channel| channel.id != id || channel.number.is_some());
                self.stand_back(&id, &error)
            }
            Answer::ReadOn(id, why, Ok(page)) => match why {
                Why::Asked => {
                    let after = page
                        .events
                        .last()
                        .map_or(page.conversation.head, |last| last.seq);
                    self.on_page(&id, *page, after)
                }
                Why::Gap => self.on_gap(&id, &page),
            },
            Answer::ReadOn(id, Why::Asked, Err(error)) => self.stand_back(&id, &error),
            Answer::ReadOn(id, Why::Gap, Err(_)) => self.ask_client_to_ask(&id),
            Answer::ReadBack(id, Ok(page)) => {
                vec![Out::Send(say(&self.subok(&id, *page)))]
            }
            Answer::ReadBack(id, Err(error)) => failed(&channel_of(&id), &error),
            Answer::Written { cid, ch, result } => self.on_written(cid, ch, result),
            Answer::Seen(_, Ok(())) => Vec::new(),
            Answer::Seen(id, Err(error)) => failed(&channel_of(&id), &error),
        }
    }

    fn on_authenticated(&mut self, found: Result<Option<Arc<Reader>>, Error>) -> Vec<Out> {
        self.is_authenticating = false;
        match found {
            Ok(Some(reader)) => self.recognize(reader),
            Ok(None) | Err(Error::Unauthorized(_) | Error::NotFound(_)) => {
                vec![Out::Close(CloseCode::Unauthorized)]
            }
            Err(Error::Forbidden(_)) => vec![Out::Close(CloseCode::Forbidden)],
            Err(error) => vec![Out::Send(say(&of_error(Refused::default(), &error)))],
        }
    }

    fn on_oneself(&mut self, own: Option<ConversationId>, is_any_available: bool) -> Vec<Out> {
        let is_visitor = self
            .reader
            .as_ref()
            .is_some_and(|reader| reader.is_visitor());
        if let Some(id) = &own {
            self.own = Some((id.clone(), Knowledge::Told));
        }
        let mut frame = self.plain_subok("me");
        if let ServerFrame::Subok {
            conversation_id,
            is_any_available: availability,
            ..
        } = &mut frame
        {
            *conversation_id = own.map(|id| id.to_string());
            *availability = is_visitor.then_some(is_any_available);
        }
        vec![Out::Send(say(&frame))]
    }

    fn plain_subok(&self, ch: &str) -> ServerFrame {
        ServerFrame::Subok {
            ch: ch.to_owned(),
            epoch: self.epoch.as_ref().to_owned(),
            head: 0,
            recovered: true,
            limited: false,
            prev: None,
            events: Vec::new(),
            more: false,
            conversation_id: None,
            is_any_available: None,
        }
    }

    /// A page that goes on from where the client is, or with which it begins anew.
    fn on_page(&mut self, id: &ConversationId, page: Followed, after: i64) -> Vec<Out> {
        let is_own = self
            .reader
            .as_ref()
            .is_some_and(|reader| reader.is_visitor());
        if is_own {
            self.own = Some((id.clone(), Knowledge::Told));
        }
        let number = page.conversation.number;
        // It may have been left meanwhile.
        let Some(channel) = self.find_mut(id) else {
            return vec![Out::Unfollow(number)];
        };
        let missing = channel.answered(&page, after);
        let mut out = vec![Out::Send(say(&self.subok(id, page)))];
        out.extend(missing.map(|after| self.read_gap(id, number, after)));
        out
    }

    /// What was not heard of, sent as if it had been. Much of it is for the client to ask for, as fast as it reads.
    fn on_gap(&mut self, id: &ConversationId, page: &Followed) -> Vec<Out> {
        let Some(view) = self.reader.as_ref().map(|reader| reader.view()) else {
            return Vec::new();
        };
        let number = page.conversation.number;
        let Some(channel) = self.find_mut(id) else {
            return Vec::new();
        };
        let is_next = page
            .events
            .first()
            .is_none_or(|first| first.seq == channel.sent + 1);
        if page.has_more || !page.is_recovered || !is_next {
            channel.head = channel.head.max(page.conversation.head);
            return self.ask_client_to_ask(id);
        }
        let sent = channel.sent;
        let missing = channel.answered(page, sent);
        let send = |event: &Event| {
            Out::Send(telling::encode(&telling::frame(
                event,
                view,
                &self.link_base,
            )))
        };
        let mut out: Vec<Out> = page.events.iter().map(send).collect();
        out.extend(missing.map(|after| self.read_gap(id, number, after)));
        out
    }

    fn read_gap(&self, id: &ConversationId, number: ConversationNumber, after: i64) -> Out {
        Out::Ask(Question::ReadOn {
            id: id.clone(),
            number,
            after,
            why: Why::Gap,
        })
    }

    /// Shows the head at once, so that the client asks for what it misses (PROTOCOL.md, R3).
    fn ask_client_to_ask(&mut self, id: &ConversationId) -> Vec<Out> {
        let Some(channel) = self.find_mut(id) else {
            return Vec::new();
        };
        channel.fall_behind();
        let heads = BTreeMap::from([(channel_of(id), channel.head)]);
        vec![Out::Send(say(&ServerFrame::Hb { heads }))]
    }

    /// The client was refused what it asked for, and may ask again.
    fn stand_back(&mut self, id: &ConversationId, error: &Error) -> Vec<Out> {
        if let Some(channel) = self.find_mut(id) {
            channel.fall_behind();
        }
        failed(&channel_of(id), error)
    }

    fn subok(&self, id: &ConversationId, page: Followed) -> ServerFrame {
        let view = self
            .reader
            .as_ref()
            .map_or(View::Visitor, |reader| reader.view());
        let last = page.events.last().map_or(0, |event| event.seq);
        ServerFrame::Subok {
            ch: channel_of(id),
            epoch: self.epoch.as_ref().to_owned(),
            head: page.conversation.head.max(last),
            recovered: page.is_recovered,
            limited: page.is_limited,
            prev: page.prev.map(|seq| self.cursor(seq)),
            events: page
                .events
                .iter()
                .map(|event| telling::frame(event, view, &self.link_base))
                .collect(),
            more: page.has_more,
            conversation_id: None,
            is_any_available: None,
        }
    }

    fn cursor(&self, seq: i64) -> String {
        let cursor = Cursor {
            epoch: self.epoch.as_ref().to_owned(),
            seq,
        };
        cursor.to_string()
    }

    fn on_written(
        &mut self,
        cid: String,
        ch: String,
        result: Result<app::messages::Written, Refusal>,
    ) -> Vec<Out> {
        let refused = Refused {
            cid: Some(cid.clone()),
            ch: Some(ch),
        };
        let frame = match result {
            Ok(written) => {
                let message = &written.message;
                ServerFrame::Ack {
                    cid,
                    ch: channel_of(&message.conversation_id),
                    id: message.id.to_string(),
                    seq: message.seq,
                    at: message.created_at,
                    dup: written.is_duplicate,
                }
            }
            Err(Refusal::Error(error)) => of_error(refused, &error),
            Err(Refusal::TooOften(seconds)) => {
                let message = "too many messages; wait a moment";
                for_now(refused, Code::RateLimited, message, seconds)
            }
        };
        vec![Out::Send(say(&frame))]
    }
}

fn failed(ch: &str, error: &Error) -> Vec<Out> {
    vec![Out::Send(say(&of_error(Refused::channel(ch), error)))]
}
