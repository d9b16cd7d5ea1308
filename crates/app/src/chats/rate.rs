//! A visitor says what they think of the latest chat.

use model::{
    chat::{Rating, SCORES},
    event::EventKind,
    limit::RATING_COMMENT_LENGTH_MAX,
    text::is_blank,
};

use crate::{Actor, Error, Result, Write, conversations, field};

/// What the visitor thinks.
#[derive(Clone, Debug, Default)]
pub struct RateChat {
    /// 1, the worst, to 5.
    pub score: Option<i64>,
    /// What they write to it.
    pub comment: Option<String>,
}

/// Rates the latest chat of the visitor's own conversation, or rates it anew. Saying the same again is no event.
pub fn rate(write: &mut Write<'_, '_>, actor: &Actor, command: &RateChat) -> Result<Rating> {
    let score = command.score.ok_or_else(|| Error::missing("score"))?;
    if !SCORES.contains(&score) {
        let (min, max) = (SCORES.start(), SCORES.end());
        return Err(Error::OutOfRange(format!("score must be {min} to {max}")));
    }
    let comment = command.comment.as_deref().filter(|text| !is_blank(text));
    let comment = comment
        .map(|text| field::lines("comment", text, RATING_COMMENT_LENGTH_MAX))
        .transpose()?;
    let own = conversations::find_own(write.tx(), actor)?.ok_or(Error::NotFound("Chat"))?;
    // Two who rate at once do it one after the other, and a chat does not end in between.
    store::conversations::lock(write.tx(), own.number)?;
    let own = store::conversations::get(write.tx(), actor.scope(), own.number)?;
    let chat = store::chats::find(write.tx(), own.number, own.chat)?;
    let chat = chat.ok_or(Error::NotFound("Chat"))?;
    if let Some(rating) = &chat.rating
        && rating.score == score
        && rating.comment == comment
    {
        return Ok(rating.clone());
    }
    if !chat.is_ratable(write.now()) {
        return Err(Error::Forbidden(
            "a rating may be changed until a day after the end of the chat".to_owned(),
        ));
    }
    let rating = Rating {
        score,
        comment,
        at: write.now(),
    };
    store::chats::rate(write.tx(), own.number, own.chat, &rating)?;
    let rated = EventKind::Rated {
        score,
        comment: rating.comment.clone(),
    };
    write.record(&conversations::place(actor, &own), rated)?;
    Ok(rating)
}
