// The texts that the server shows before the panel is there, in every language: the button's, and the title of the page.
import { build } from 'esbuild';

export async function earlyTexts(options) {
  const { outputFiles } = await build({
    ...options,
    stdin: { contents: "export { LANGUAGES, loadTexts } from './panel/texts/resolve.ts'; import './panel/texts/en.ts';", resolveDir: options.absWorkingDir },
    format: 'esm',
    write: false,
  });
  const { LANGUAGES, loadTexts } = await import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString('base64')}`);
  const texts = await Promise.all(LANGUAGES.map((language) => loadTexts(language)));
  return Object.fromEntries(LANGUAGES.map((language, index) => [language, early(texts[index])]));
}

function early({ title, customStrings }) {
  const { chatWithUs, leaveUsAMessage, mobile_chatWithUs, mobile_leaveUsAMessage } = customStrings;
  return { title, chatWithUs, leaveUsAMessage, mobile_chatWithUs, mobile_leaveUsAMessage };
}
