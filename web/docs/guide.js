// Puts this host into the examples of a guide, so that they can be copied as they stand, with a button that does it.

const EXAMPLE_HOST = 'https://chat.example';
const COPIED_MS = 2_000;

const texts = document.createTreeWalker(document.querySelector('main'), NodeFilter.SHOW_TEXT);
while (texts.nextNode()) texts.currentNode.data = texts.currentNode.data.replaceAll(EXAMPLE_HOST, location.origin);

for (const example of document.querySelectorAll('pre')) {
  const button = document.createElement('button');
  button.type = 'button';
  button.textContent = 'Copy';
  const text = example.textContent;
  button.addEventListener('click', async () => {
    try {
      await navigator.clipboard.writeText(text);
      button.textContent = 'Copied';
    } catch {
      button.textContent = 'Press Ctrl C';
      getSelection().selectAllChildren(example.firstElementChild);
    }
    setTimeout(() => (button.textContent = 'Copy'), COPIED_MS);
  });
  const frame = document.createElement('div');
  frame.className = 'example';
  example.replaceWith(frame);
  frame.append(example, button);
}
