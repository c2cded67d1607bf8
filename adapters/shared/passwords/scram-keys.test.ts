import test from 'ava';
import { deriveScramKeys } from './scram-keys.ts';

test('rfc7677 3: the keys of the example', async (t) => {
  const keys = await deriveScramKeys('pencil', Buffer.from('W22ZaJ0SNY7soEsUEjb6gQ==', 'base64'), 4096);
  t.is(Buffer.from(keys.storedKey).toString('base64'), 'WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=');
  t.is(Buffer.from(keys.serverKey).toString('base64'), 'wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=');
  t.is(keys.iterations, 4096);
});
