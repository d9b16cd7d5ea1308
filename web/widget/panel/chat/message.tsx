// One message: whose it is, what it says, when, and what became of it.
import { Avatar } from '@parlour/ui/avatar.tsx';
import { later } from '../lazy.tsx';
import type { Panel } from '../panel.ts';
import { fullDate, relative, shortTime } from '../time/when.ts';
import { Marks } from './marks.tsx';
import type { MessageRow } from './rows.ts';
import { Text } from './text.tsx';

const Files = later((module) => module.Files);

/** Only what has just been written comes in with a movement. */
const NEW_MS = 5_000;

interface MessageProps {
  panel: Panel;
  row: MessageRow;
  /** Whether it is the one that says how far the visitor's messages have come. */
  isMarked: boolean;
  isSeen: boolean;
}

export function ChatMessage({ panel, row: { message, isFirst, isLast }, isMarked, isSeen }: MessageProps) {
  const speaker = panel.store.state;
  const { texts, config } = speaker;
  const { by, text, files, fileIds, at, state } = message;
  const isOwn = by === 'visitor';
  const name = isOwn ? texts.you : message.name || config.organizationName;
  const classes = ['message', isOwn ? 'message-own' : 'message-agent', isFirst && 'message-first', isLast && 'message-last', `message-${state}`, Date.now() - at < NEW_MS && 'message-new'];
  return (
    <article class={classes.filter(Boolean).join(' ')} aria-label={`${name}, ${shortTime(at, speaker)}`}>
      {!isOwn && isFirst && (
        <header class="message-author" aria-hidden="true">
          <Avatar name={name} picture={message.picture} />
          <bdi>{name}</bdi>
        </header>
      )}
      {text && (
        <div class="message-bubble">
          <Text text={text} />
        </div>
      )}
      {files.length + fileIds.length > 0 && <Files panel={panel} files={files} fileIds={fileIds} />}
      {(isLast || isMarked || state === 'failed' || state === 'held') && (
        <footer class="message-foot">
          {state !== 'failed' && (
            <time dateTime={new Date(at).toISOString()} title={fullDate(at, speaker)}>
              {relative(at, speaker)}
            </time>
          )}
          {isOwn && (isMarked || state === 'failed' || state === 'held') && <Marks panel={panel} message={message} isSeen={isSeen} />}
        </footer>
      )}
    </article>
  );
}
