/** Style and script of a listing, inline and allowed by their hash alone. */
import { hash } from 'node:crypto';

export const style = `
:root { color-scheme: light dark; --line: #c9c9d1; --accent: #1b4fa0; }
@media (prefers-color-scheme: dark) { :root { --line: #4a4a55; --accent: #9dc1ff; } }
body { font: 1rem/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 60rem; padding: 1rem; }
nav ol { display: flex; flex-wrap: wrap; gap: .25rem .5rem; list-style: none; margin: 0; padding: 0; }
nav li + li::before { content: "/"; margin-inline-end: .5rem; }
a { color: var(--accent); }
a:focus-visible, input:focus-visible, button:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
table { border-collapse: collapse; width: 100%; }
caption { text-align: start; font-weight: 600; padding-block: .5rem; }
th, td { border-block-end: 1px solid var(--line); padding: .5rem; text-align: start; vertical-align: top; }
th[scope=row] { font-weight: 400; overflow-wrap: anywhere; }
td { white-space: nowrap; }
form { border: 1px solid var(--line); border-radius: .5rem; margin-block: 1.5rem; padding: 1rem; }
form h2 { font-size: 1.1rem; margin: 0 0 .5rem; }
label { display: block; margin-block-end: .25rem; }
button, input { font: inherit; min-height: 2.75rem; }
footer { margin-block: 2rem; }
`;

/**
 * Sends each chosen file by PUT. A cross-site page cannot: PUT needs a permission that this server never gives. The first
 * try asks for nothing to be there, so that nothing is replaced unasked.
 */
export const script = `
const form = document.querySelector('form');
const texts = JSON.parse(form.dataset.texts);
const status = document.getElementById('status');
const say = (text, values) => {
  status.textContent = text.replace(/\\{(\\w+)\\}/g, (_, key) => values[key]);
};
const send = (file, replace) => new Promise((resolve) => {
  const request = new XMLHttpRequest();
  request.open('PUT', form.dataset.folder + encodeURIComponent(file.name));
  if (!replace) request.setRequestHeader('If-None-Match', '*');
  request.upload.onprogress = (event) => {
    const percent = event.total === 0 ? 100 : Math.floor(event.loaded / event.total * 100);
    say(texts.sending, { name: file.name, percent });
  };
  request.onload = () => resolve(request.status);
  request.onerror = () => resolve(0);
  request.send(file);
});
form.hidden = false;
form.addEventListener('submit', async (event) => {
  event.preventDefault();
  let failed = false;
  for (const file of form.elements.files.files) {
    let answer = await send(file, false);
    if (answer === 412) {
      if (!confirm(texts.replace.replace('{name}', file.name))) continue;
      answer = await send(file, true);
    }
    const done = answer >= 200 && answer < 300;
    failed ||= !done;
    say(done ? texts.sent : texts.failed, { name: file.name, status: answer });
    if (!done) break;
  }
  if (!failed) location.reload();
});
`;

function source(text: string): string {
  return `'sha256-${hash('sha256', text, 'base64')}'`;
}

export const contentSecurityPolicy = [
  "default-src 'none'",
  `style-src ${source(style)}`,
  `script-src ${source(script)}`,
  "connect-src 'self'",
  "form-action 'none'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');
