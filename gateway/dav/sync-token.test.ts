import test from 'ava';
import { formatSyncTokenUri, parseSyncTokenUri } from './sync-token.ts';

test('rfc6578 4: a token reads back in its own store and collection, and nowhere else', (t) => {
  const token = formatSyncTokenUri('epoch1', 12, 345);
  t.true(URL.canParse(token));
  t.is(parseSyncTokenUri(token, 'epoch1', 12), 345);
  t.is(parseSyncTokenUri(token, 'epoch2', 12), undefined);
  t.is(parseSyncTokenUri(token, 'epoch1', 1), undefined);
  t.is(parseSyncTokenUri(token, 'epoch1', 123), undefined);
});

for (const text of ['', '-1', '1.5', '9'.repeat(16), '1 ', ' 1', '1x', '١']) {
  test(`rfc6578 3.2: a token that ends in ${JSON.stringify(text)} is no token`, (t) => {
    t.is(parseSyncTokenUri(`urn:passerelle:sync:e:1:${text}`, 'e', 1), undefined);
  });
}
