/** A person with a browser and nothing else. */
import test from 'ava';
import { startGateway } from '../support/gateway.ts';
import type { RunningGateway } from '../support/gateway.ts';

let gateway: RunningGateway;
test.before(async () => {
  gateway = await startGateway();
});
test.after.always(async () => gateway?.[Symbol.asyncDispose]());

test('browser: opening the host leads to the own files', async (t) => {
  using client = gateway.client();
  const answer = await client.request('GET', '/');
  t.is(answer.status, 303);
  t.is(answer.headers['location'], new URL(gateway.davUrl()).pathname);
});

test('browser: a folder is a listing in French or English, with names escaped', async (t) => {
  using client = gateway.client();
  const home = new URL(gateway.davUrl()).pathname;
  await client.request('PUT', `${home}${encodeURIComponent('<script>alert(1) & "co".txt')}`, { body: 'x' });
  await client.request('MKCOL', `${home}Dossier/`);
  const french = await client.request('GET', home, { headers: { 'accept-language': 'fr-FR,fr;q=0.9,en;q=0.5' } });
  t.is(french.status, 200);
  t.regex(french.text, /<html lang="fr">/);
  t.regex(french.text, /Dernière modification/);
  t.notRegex(french.text, /<script>alert/);
  t.regex(french.text, /&lt;script>|&lt;script&gt;/);
  t.regex(french.text, /Dossier\/<\/a>/);
  const english = await client.request('GET', home, { headers: { 'accept-language': 'de' } });
  t.regex(english.text, /<html lang="en">/);
  t.regex(String(english.headers['content-security-policy']), /default-src 'none'/);
});

test('browser: what a person keeps cannot run in our name', async (t) => {
  using client = gateway.client();
  const path = `${new URL(gateway.davUrl()).pathname}page.html`;
  await client.request('PUT', path, { headers: { 'content-type': 'text/html' }, body: '<script>1</script>' });
  const { headers } = await client.request('GET', path);
  t.regex(String(headers['content-security-policy']), /sandbox/);
  t.is(headers['x-content-type-options'], 'nosniff');
});
