import test, { type ExecutionContext } from 'ava';
import { startGateway, type RunningGateway } from '../support/gateway.ts';
import type { HttpClient } from '../support/http-client.ts';
import { parseMultistatus } from '../support/multistatus.ts';
import { isSoak } from '../support/parts.ts';
import { readLabel, selfDescribing } from '../support/self-describing.ts';
import { until } from '../support/wait.ts';

const crashes = isSoak ? 20 : 3;
const writers = 1_000;
/** Every writer has a connection of its own, all from one address. */
const configuration = { logging: { level: 'warn' }, limits: { connections: { perNetwork: 5_000 } } };
/** On both sides of where a body goes to the blob store instead of the row. */
const sizes = [0, 500, 4_000, 60_000, 70_000, 150_000];

/** What one name went through, as its only writer saw it. */
interface Track {
  readonly name: string;
  /** Generation of the last write that was acknowledged; 0: none. */
  acknowledged: number;
  /** Generation of the last write that was sent. */
  sent: number;
}

type Outcome = 'acknowledged' | 'refused' | 'cut';

/** Writes one name again and again, each write after the answer of the one before, until the connection is cut. */
async function write(client: HttpClient, track: Track, isOver: () => boolean): Promise<Outcome> {
  for (let last: Outcome = 'acknowledged'; ;) {
    if (isOver()) return last;
    track.sent += 1;
    const size = sizes[(track.sent + track.name.length + Number(track.name.replace(/\D/g, ''))) % sizes.length] ?? 0;
    try {
      const { status } = await client.request('PUT', track.name, {
        body: selfDescribing({ name: track.name, generation: track.sent }, size),
      });
      last = status === 201 || status === 204 ? 'acknowledged' : 'refused';
    } catch {
      return 'cut'; // the answer will never come: this write may be there or not
    }
    if (last === 'refused') return last;
    track.acknowledged = track.sent;
  }
}

/** Every name has its last acknowledged content, or, whole, one that was sent after it; nothing else is there. */
async function assertNothingLost(
  t: ExecutionContext,
  gateway: RunningGateway,
  tracks: readonly Track[],
): Promise<void> {
  using client = gateway.client();
  const listing = parseMultistatus((await client.request('PROPFIND', '', { headers: { depth: '1' } })).body);
  const sizesByName = new Map<string, number>();
  for (const response of listing.responses) {
    const size = response.properties.get('{DAV:}getcontentlength');
    if (size?.status === 200)
      sizesByName.set(response.href.slice(response.href.lastIndexOf('/') + 1), Number(size.text));
  }
  for (const track of tracks) {
    const answer = await client.request('GET', track.name);
    if (track.acknowledged === 0 && answer.status === 404) {
      t.false(sizesByName.has(track.name), `${track.name} is listed and not there`);
      continue;
    }
    t.is(answer.status, 200, `${track.name}: acknowledged ${track.acknowledged} times`);
    const label = readLabel(answer.body);
    if (label === undefined) t.fail(`${track.name} holds half a file`);
    else {
      t.is(label.name, track.name);
      t.true(
        label.generation >= track.acknowledged && label.generation <= track.sent,
        JSON.stringify({ label, track }),
      );
      track.acknowledged = label.generation; // what was seen once must stay
    }
    t.is(sizesByName.get(track.name), answer.body.length);
  }
  t.true(sizesByName.size <= tracks.length);
}

test('kill -9 amid 1,000 concurrent writes: all that was acknowledged is there, nothing is half there', async (t) => {
  t.timeout(30 * 60_000);
  await using gateway = await startGateway({ configuration });
  const tracks: readonly Track[] = Array.from({ length: writers }, (_, i) => ({
    name: `file-${i}`,
    acknowledged: 0,
    sent: 0,
  }));
  for (let crash = 0; crash < crashes; crash += 1) {
    using client = gateway.client();
    let killed = false;
    const before = tracks.reduce((sum, track) => sum + track.acknowledged, 0);
    const acknowledged = (): number => tracks.reduce((sum, track) => sum + track.acknowledged, 0) - before;
    const running = tracks.map((track) => write(client, track, () => killed));
    // Each time at another moment: among the very first writes, and when files are being written again.
    await until('enough writes', () => acknowledged() >= 100 + crash * 400, { timeoutMs: 120_000, everyMs: 2 });
    await gateway.kill9();
    killed = true;
    const outcomes = await Promise.all(running);
    t.true(outcomes.includes('cut'), 'the kill came after everything was done');
    t.false(outcomes.includes('refused'), 'a write was refused');
    await gateway.start();
    await assertNothingLost(t, gateway, tracks);
    t.log(
      `crash ${crash + 1}: ${acknowledged()} writes acknowledged, ${outcomes.filter((outcome) => outcome === 'cut').length} cut`,
    );
  }
});

test('SIGTERM amid 200 concurrent writes: each is answered or never happened, and the process ends with 0', async (t) => {
  await using gateway = await startGateway({ configuration });
  const tracks: readonly Track[] = Array.from({ length: 200 }, (_, i) => ({
    name: `file-${i}`,
    acknowledged: 0,
    sent: 0,
  }));
  using client = gateway.client();
  let over = false;
  const running = tracks.map((track) => write(client, track, () => over));
  await until('enough writes', () => tracks.reduce((sum, track) => sum + track.acknowledged, 0) >= 300, {
    timeoutMs: 120_000,
    everyMs: 2,
  });
  const stopping = gateway.stop(20_000);
  const end = await stopping;
  over = true;
  await Promise.all(running);
  t.is(end.code, 0);
  await gateway.start();
  await assertNothingLost(t, gateway, tracks);
});
