// The script on every page of a site: a button. What stands around the panel comes when somebody wants it.
import { type Api, api } from './calls.ts';
import { given, takeStubs, warn } from './page.ts';
import { start } from './start.ts';

// A page may have changed whatever this needs. Then there is no chat, and the page does not notice.
try {
  const earlier = given('') as Api | undefined;
  if (earlier && 'ignored' in earlier) {
    // The script came in a second time, which is one widget still; after `kill` it is wanted again.
    if (earlier.isEnded) earlier('restart');
  } else {
    const kept = takeStubs(api);
    start();
    for (const call of kept) api(call[0], call[1], call[2]);
  }
} catch (error) {
  warn(error);
}
