//! What a message says: a text, files, or both; and whether it was said before.

use std::{collections::BTreeSet, sync::Arc};

use model::{
    agent::Agent,
    id::FileId,
    limit::FILES_PER_MESSAGE_MAX,
    message::{Message, MessageDetails, MessageKind},
    text::{MessageText, is_blank},
};

use crate::{Actor, Error, Result, Write, field, files, write::Place};

/// What somebody wants to say.
pub(super) struct Body<'a> {
    /// The text; none only where there are files.
    text: Option<MessageText>,
    file_ids: &'a [FileId],
}

impl<'a> Body<'a> {
    /// Reads a text that may be left out where there are files.
    pub(super) fn parse(text: Option<&str>, file_ids: &'a [FileId]) -> Result<Self> {
        if file_ids.len() > FILES_PER_MESSAGE_MAX {
            return Err(Error::Invalid(format!(
                "fileIds holds more than {FILES_PER_MESSAGE_MAX} files"
            )));
        }
        if file_ids.iter().collect::<BTreeSet<_>>().len() < file_ids.len() {
            return Err(Error::Invalid("fileIds holds a file twice".to_owned()));
        }
        let is_left_out = !file_ids.is_empty() && text.is_none_or(is_blank);
        let text = if is_left_out {
            None
        } else {
            Some(field::text(text)?)
        };
        Ok(Self { text, file_ids })
    }

    /// Takes the files for the message that is written next in a place, and tells its text and details. Without a text it
    /// has the first file's name; one file is the message's own, several are attachments.
    pub(super) fn take(
        self,
        write: &mut Write<'_, '_>,
        actor: &Actor,
        place: &Place,
    ) -> Result<(MessageText, Option<Box<MessageDetails>>)> {
        let mut files = files::attach(write, actor, place, self.file_ids)?;
        let text = match self.text {
            Some(text) => text,
            None => field::text(files.first().map(|file| file.name.as_str()))?,
        };
        if files.is_empty() {
            return Ok((text, None));
        }
        let file = if files.len() == 1 { files.pop() } else { None };
        let details = MessageDetails {
            file,
            attachments: files,
            ..MessageDetails::default()
        };
        Ok((text, Some(Box::new(details))))
    }

    /// The message that the same author sent with this `cid`, if there is one; another body than its is refused. The
    /// conversation is locked from then on, so that of two who send the same at once the second finds the first's.
    pub(super) fn find_sent(
        &self,
        write: &mut Write<'_, '_>,
        place: &Place,
        kind: MessageKind,
        agent: Option<&Agent>,
        cid: &str,
    ) -> Result<Option<Arc<Message>>> {
        store::conversations::lock(write.tx(), place.conversation)?;
        let kinds: &[MessageKind] = match kind {
            MessageKind::Visitor => &[MessageKind::Visitor],
            MessageKind::Agent | MessageKind::Note => &[MessageKind::Agent, MessageKind::Note],
        };
        let author = agent.map(|agent| agent.number);
        for sent_as in kinds {
            let sent = store::messages::find_by_cid(
                write.tx(),
                place.conversation,
                *sent_as,
                author,
                cid,
            )?;
            let Some(sent) = sent else { continue };
            return if *sent_as == kind && self.is_of(write, &sent)? {
                Ok(Some(Arc::new(sent)))
            } else {
                Err(Error::Reused(
                    "the cid was used before with another text".to_owned(),
                ))
            };
        }
        Ok(None)
    }

    /// Whether a message was sent with this body. One that was changed since is taken to be.
    fn is_of(&self, write: &mut Write<'_, '_>, sent: &Message) -> Result<bool> {
        let has_text = self
            .text
            .as_ref()
            .is_none_or(|text| text.as_str() == sent.text);
        if has_text && self.has_files_of(write, sent)? {
            return Ok(true);
        }
        Ok(store::events::is_message_changed(
            write.tx(),
            sent.conversation,
            sent.seq,
            &sent.id,
        )?)
    }

    fn has_files_of(&self, write: &mut Write<'_, '_>, sent: &Message) -> Result<bool> {
        if self.file_ids.is_empty() && sent.details.is_none() {
            return Ok(true);
        }
        let files = store::files::list_of_message(
            write.tx(),
            sent.conversation,
            sent.seq,
            FILES_PER_MESSAGE_MAX as i64 + 1,
        )?;
        let sent: BTreeSet<&FileId> = files.iter().map(|file| &file.id).collect();
        Ok(sent == self.file_ids.iter().collect())
    }
}
