// The conversation from its welcome to who types now. It stays at the end while new messages come, and where it is
// while older ones do.
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { flow } from '../form/flow.ts';
import { later } from '../lazy.tsx';
import type { Panel } from '../panel.ts';
import { fill } from '../texts/resolve.ts';
import { unreadOf } from '../unread.ts';
import { usePanel } from '../use-panel.ts';
import { DayLine } from './day-line.tsx';
import { ChatMessage } from './message.tsx';
import { lastOwn, rowsOf, type Row } from './rows.ts';
import { useScroll } from './scroll.ts';
import { SystemLine } from './system-line.tsx';
import { Welcome } from './welcome.tsx';

const FormCard = later((module) => module.FormCard);
const Jump = later((module) => module.Jump);
const RatingCard = later((module) => module.RatingCard);
const Typing = later((module) => module.Typing);

/** So many rows at first; more are drawn as the visitor scrolls up to them. */
const ROWS_STEP = 60;
const TICK_MS = 30_000;

export function ChatThread({ panel }: { panel: Panel }) {
  const state = usePanel(panel, (state) => state);
  const { view, held, texts, rating } = state;
  const newAbove = useNewAbove(panel);
  const rows = useMemo(() => rowsOf({ view, held, newAbove }), [view, held, newAbove]);
  const [count, setCount] = useState(ROWS_STEP);
  const shown = rows.slice(-count);
  const hasMore = shown.length < rows.length || view.hasOlder;
  const { lines, form } = flow(state);
  const { list, isAtEnd, toEnd } = useScroll({
    panel,
    written: state.held.at(-1)?.cid ?? view.pending.at(-1)?.cid,
    onTop() {
      if (hasMore) setCount(shown.length + ROWS_STEP);
      if (shown.length === rows.length && view.hasOlder) panel.older();
    },
  });
  const isDeserted = useLost(!state.isAnyAvailable) && rows.length > 0 && view.status !== 'closed';
  // Who is back at the end needs no more than at first.
  useEffect(() => {
    if (isAtEnd) setCount(ROWS_STEP);
  }, [isAtEnd]);
  useTick();
  return (
    <div class="thread-frame">
      <div class="thread" ref={list} tabIndex={0} role="region" aria-label={fill(texts.title, { name: state.config.organizationName })}>
        <div class="thread-space" />
        {hasMore ? <p class="system-line">{texts.chat.retrievingHistory}</p> : <Welcome panel={panel} />}
        {view.isLoading && <p class="system-line">{texts.chat.loading}</p>}
        <Rows panel={panel} rows={shown} seenUpTo={view.seenBy.agent} />
        <div role="status">
          {lines.map((line) => (
            <p class="bot-line" key={line} dir="auto">
              {line}
            </p>
          ))}
        </div>
        {(form === 'offered' || form === 'required') && <FormCard panel={panel} />}
        {isDeserted && <SystemLine panel={panel} text="agentsOffline" />}
        {rating !== 'none' && <RatingCard panel={panel} />}
        {view.typing.length > 0 && <Typing panel={panel} typing={view.typing} />}
      </div>
      {!isAtEnd && <Jump panel={panel} onJump={toEnd} />}
    </div>
  );
}

function Rows({ panel, rows, seenUpTo }: { panel: Panel; rows: readonly Row[]; seenUpTo: number }) {
  const marked = lastOwn(rows)?.key;
  return (
    <>
      {rows.map((row) => {
        switch (row.kind) {
          case 'day':
            return <DayLine key={row.key} panel={panel} at={row.at} />;
          case 'line':
            return <SystemLine key={row.key} panel={panel} text={row.text} name={row.name} />;
          case 'new':
            return (
              <p key={row.key} class="new-line">
                <span>{panel.store.state.texts.newMessages}</span>
              </p>
            );
          case 'message': {
            const { key, seq } = row.message;
            return <ChatMessage key={key} panel={panel} row={row} isMarked={key === marked} isSeen={seq !== null && seq <= seenUpTo} />;
          }
        }
      })}
    </>
  );
}

/** Above what the visitor had seen when the panel was opened, or when they scrolled away from the end. */
function useNewAbove(panel: Panel): number | null {
  const unread = usePanel(panel, (state) => state.unread);
  const isShown = usePanel(panel, (state) => state.isShown);
  const [above, setAbove] = useState<number | null>(null);
  const own = usePanel(panel, (state) => state.view.pending.length + state.held.length);
  useLayoutEffect(() => {
    if (!unread || above !== null) return;
    const first = unreadOf(panel.store.state.view, 0).at(-unread);
    if (first) setAbove(first.seq - 1);
  }, [unread]);
  // Whoever hides the panel, or writes, has seen them.
  const was = useRef({ isShown, own });
  useEffect(() => {
    const { current } = was;
    was.current = { isShown, own };
    if ((current.isShown && !isShown) || own > current.own) setAbove(null);
  }, [isShown, own]);
  return above;
}

/** Whether something is so that was not so before. */
function useLost(isSo: boolean): boolean {
  const was = useRef(isSo);
  if (!isSo) was.current = false;
  return isSo && !was.current;
}

/** Draws again now and then, because times are told from now. */
function useTick(): void {
  const [, tick] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => document.visibilityState === 'visible' && tick((count) => count + 1), TICK_MS);
    return () => clearInterval(timer);
  }, []);
}
