/** Conditional writes, locks and sync tokens when many write at once. */
import test from 'ava';
import { lockBody, sync, xmlHeaders } from '../support/dav.ts';
import { startGateway } from '../support/gateway.ts';

for (const workers of [1, 2]) {
  test(`rfc9110 13.1.1: of 64 writers with one If-Match exactly one wins, each round (workers: ${workers})`, async (t) => {
    await using gateway = await startGateway({ workers });
    using client = gateway.client();
    const path = `${new URL(gateway.davUrl()).pathname}contended.txt`;
    let etag = String((await client.request('PUT', path, { body: 'start' })).headers['etag']);
    for (let round = 0; round < 20; round += 1) {
      const answers = await Promise.all(
        Array.from({ length: 64 }, (_, writer) =>
          client.request('PUT', path, { headers: { 'if-match': etag }, body: `round ${round} writer ${writer}` }),
        ),
      );
      const winners = answers.filter(({ status }) => status === 204);
      t.is(winners.length, 1);
      t.is(answers.filter(({ status }) => status === 412).length, 63);
      etag = String(winners[0]?.headers['etag']);
    }
  });

  test(`rfc9110 13.1.2: of many who make one name with If-None-Match: * exactly one does (workers: ${workers})`, async (t) => {
    await using gateway = await startGateway({ workers });
    using client = gateway.client();
    const base = new URL(gateway.davUrl()).pathname;
    for (let round = 0; round < 10; round += 1) {
      const answers = await Promise.all(
        Array.from({ length: 32 }, (_, writer) =>
          client.request('PUT', `${base}new-${round}`, { headers: { 'if-none-match': '*' }, body: `${writer}` }),
        ),
      );
      t.is(answers.filter(({ status }) => status === 201).length, 1);
      t.is(answers.filter(({ status }) => status === 412).length, 31);
    }
  });

  test(`rfc4918 7: of many exclusive locks on one resource exactly one is given (workers: ${workers})`, async (t) => {
    await using gateway = await startGateway({ workers });
    using client = gateway.client();
    const path = `${new URL(gateway.davUrl()).pathname}locked`;
    const answers = await Promise.all(
      Array.from({ length: 32 }, () => client.request('LOCK', path, { headers: xmlHeaders, body: lockBody() })),
    );
    t.is(answers.filter(({ status }) => status === 201 || status === 200).length, 1);
    t.is(answers.filter(({ status }) => status === 423).length, 31);
  });

  test(`rfc6578 3: following tokens while others write never misses a change (workers: ${workers})`, async (t) => {
    await using gateway = await startGateway({ workers });
    using client = gateway.client();
    const base = new URL(gateway.davUrl()).pathname;
    const seen = new Map<string, string>();
    let token = '';
    const follow = async (): Promise<void> => {
      const answer = await sync(client, base, token, 7);
      for (const { href, properties, status } of answer.responses) {
        if (href === base) continue;
        if (status === 404) seen.delete(href);
        else seen.set(href, properties.get('{DAV:}getetag')?.text ?? '');
      }
      token = answer.syncToken ?? '';
    };
    const truth = new Map<string, string>();
    const write = async (writer: number): Promise<void> => {
      for (let step = 0; step < 25; step += 1) {
        const href = `${base}w${writer}-${step % 5}`;
        if (step % 7 === 6) {
          const { status } = await client.request('DELETE', href);
          if (status === 204) truth.delete(href);
          continue;
        }
        const put = await client.request('PUT', href, { body: `${writer} ${step}` });
        truth.set(href, String(put.headers['etag']));
      }
    };
    const work = { done: false };
    const writers = Promise.all(Array.from({ length: 8 }, (_, writer) => write(writer))).finally(() => {
      work.done = true;
    });
    while (!work.done) await follow();
    await writers;
    for (let before = ''; before !== token;) {
      before = token;
      await follow();
    }
    t.deepEqual(Object.fromEntries(seen), Object.fromEntries(truth));
  });
}
