/** The contract of `BlobStore.staging`. */
import type { BlobRef, BlobStaging, BlobStore } from '../../gateway/ports/blob-store.ts';
import { GatewayError } from '../../gateway/ports/errors.ts';
import type { BlobStoreRule, OpenedBlobStore } from './blob-store.ts';
import { bodyOf, callOf, collect, failingBody, octetsOf, sha256Of, stalledBody, throwsCode } from './support.ts';

const noLimit = Number.MAX_SAFE_INTEGER;

const id = 'upload_0123-ABCDEF';

/** Registers the rules of staging; they pass at once where there is none. */
export function blobStagingContract(rule: BlobStoreRule): void {
  const staged = (
    title: string,
    run: (t: Parameters<Parameters<BlobStoreRule>[1]>[0], at: StagedStore) => Promise<void>,
  ): void => {
    rule(`staging: ${title}`, async (t, store, opened) => {
      if (store.staging === undefined) {
        t.pass();
        return;
      }
      await run(t, { store, staging: store.staging, opened });
    });
  };
  pieceRules(staged);
  refusalRules(staged);
  failureRules(staged);
  completionRules(staged);
}

interface StagedStore {
  readonly store: BlobStore;
  readonly staging: BlobStaging;
  readonly opened: OpenedBlobStore;
}

type StagingRule = (
  title: string,
  run: (t: Parameters<Parameters<BlobStoreRule>[1]>[0], at: StagedStore) => Promise<void>,
) => void;

function pieceRules(rule: StagingRule): void {
  rule('pieces that are appended in turn become one blob', async (t, { store, staging }) => {
    const octets = octetsOf(1_700_000, 'pieces');
    await staging.begin(id, callOf());
    t.is(await staging.offset(id, callOf()), 0);
    let offset = 0;
    for (const end of [1, 65_536, 65_536, 1_000_000, 1_700_000]) {
      offset = await staging.append(id, offset, bodyOf(octets.subarray(offset, end)), noLimit, callOf());
      t.is(offset, end);
      t.is(await staging.offset(id, callOf()), end);
    }
    t.true((await collect(await staging.read(id, callOf()))).equals(octets));
    t.is(await store.head(sha256Of(octets), callOf()), undefined);
    const ref = await staging.complete(id, callOf());
    t.is(ref.sizeOctets, octets.byteLength);
    t.is(ref.sha256, sha256Of(octets));
    t.deepEqual(await store.head(ref.key, callOf()), ref);
    t.true((await collect(await store.get(ref.key, undefined, callOf()))).equals(octets));
  });

  rule('an upload goes on after the store was opened again', async (t, { store, staging, opened }) => {
    const octets = octetsOf(800_000, 'resume');
    await staging.begin(id, callOf());
    await staging.append(id, 0, bodyOf(octets.subarray(0, 300_000)), noLimit, callOf());
    const again = (await opened.reopen?.()) ?? store;
    const resumed = again.staging as BlobStaging;
    t.is(await resumed.offset(id, callOf()), 300_000);
    await resumed.append(id, 300_000, bodyOf(octets.subarray(300_000)), noLimit, callOf());
    const ref = await resumed.complete(id, callOf());
    t.is(ref.sha256, sha256Of(octets));
    t.true((await collect(await again.get(ref.key, undefined, callOf()))).equals(octets));
  });

  rule('pieces may come by way of two openings of the store in turn', async (t, { staging, opened, store }) => {
    const octets = octetsOf(90_000, 'turns');
    const other = ((await opened.reopen?.()) ?? store).staging as BlobStaging;
    await staging.begin(id, callOf());
    for (let offset = 0, turn = 0; offset < octets.byteLength; offset += 10_000, turn += 1) {
      const writer = turn % 2 === 0 ? staging : other;
      const piece = octets.subarray(offset, offset + 10_000);
      t.is(await writer.append(id, offset, bodyOf(piece), noLimit, callOf()), offset + piece.byteLength);
    }
    t.is((await staging.complete(id, callOf())).sha256, sha256Of(octets));
  });

  rule('uploads under different ids do not meet', async (t, { staging }) => {
    const ids = Array.from({ length: 20 }, (_, index) => `parallel-upload-${index}`);
    const hashes = await Promise.all(
      ids.map(async (each, index) => {
        const octets = octetsOf(20_000, each);
        await staging.begin(each, callOf());
        await staging.append(each, 0, bodyOf(octets.subarray(0, 1000 + index)), noLimit, callOf());
        await staging.append(each, 1000 + index, bodyOf(octets.subarray(1000 + index)), noLimit, callOf());
        return (await staging.complete(each, callOf())).sha256;
      }),
    );
    t.deepEqual(
      hashes,
      ids.map((each) => sha256Of(octetsOf(20_000, each))),
    );
  });
}

function refusalRules(rule: StagingRule): void {
  rule('an offset that is not the current one is refused and changes nothing', async (t, { staging }) => {
    await staging.begin(id, callOf());
    await staging.append(id, 0, bodyOf(octetsOf(100, 'offset')), noLimit, callOf());
    for (const offset of [0, 99, 101, -1]) {
      await throwsCode(
        t,
        staging.append(id, offset, bodyOf(octetsOf(5, 'x')), noLimit, callOf()),
        'precondition-failed',
      );
    }
    t.is(await staging.offset(id, callOf()), 100);
  });

  rule('a second append meanwhile is in-use, and so is completing', async (t, { staging }) => {
    const body = stalledBody(octetsOf(10, 'busy'));
    const controller = new AbortController();
    await staging.begin(id, callOf());
    const first = staging.append(id, 0, body, noLimit, callOf(controller.signal));
    await body.stalled;
    await throwsCode(t, staging.append(id, 0, bodyOf(octetsOf(5, 'x')), noLimit, callOf()), 'in-use');
    await throwsCode(t, staging.complete(id, callOf()), 'in-use');
    controller.abort(new Error('given up'));
    await t.throwsAsync(first, { message: 'given up' });
    t.is(await staging.append(id, 10, bodyOf(octetsOf(5, 'x')), noLimit, callOf()), 15);
  });

  rule('of many appends at one offset exactly one is taken', async (t, { staging, opened, store }) => {
    const other = ((await opened.reopen?.()) ?? store).staging as BlobStaging;
    await staging.begin(id, callOf());
    for (let offset = 0; offset < 5000; offset += 1000) {
      const outcomes = await Promise.allSettled(
        Array.from({ length: 8 }, (_, index) =>
          (index % 2 === 0 ? staging : other).append(id, offset, bodyOf(octetsOf(1000, index)), noLimit, callOf()),
        ),
      );
      t.is(outcomes.filter(({ status }) => status === 'fulfilled').length, 1);
      t.is(await staging.offset(id, callOf()), offset + 1000);
    }
    const octets = await collect(await staging.read(id, callOf()));
    t.is((await staging.complete(id, callOf())).sha256, sha256Of(octets));
  });

  rule('more octets than the limit are too-large, and no more than the limit is kept', async (t, { staging }) => {
    await staging.begin(id, callOf());
    await staging.append(id, 0, bodyOf(octetsOf(1000, 'first')), 1000, callOf());
    await throwsCode(t, staging.append(id, 1000, bodyOf(octetsOf(2001, 'second')), 2000, callOf()), 'too-large');
    const kept = await staging.offset(id, callOf());
    t.true(kept >= 1000 && kept <= 3000, String(kept));
    await staging.append(id, kept, bodyOf(octetsOf(10, 'third')), 10, callOf());
  });

  rule('an upload that was never begun is not found, whatever its id', async (t, { staging }) => {
    for (const foreign of ['never-begun-000001', '../../../etc/passwd', '', 'a', 'x'.repeat(65), `${id}\0`]) {
      await throwsCode(t, staging.offset(foreign, callOf()), 'not-found');
      await throwsCode(t, staging.append(foreign, 0, bodyOf(octetsOf(5, 'x')), noLimit, callOf()), 'not-found');
      await throwsCode(t, staging.read(foreign, callOf()), 'not-found');
      await throwsCode(t, staging.complete(foreign, callOf()), 'not-found');
      await staging.abort(foreign, callOf());
    }
  });

  rule('an id that is none or is taken cannot be begun', async (t, { staging }) => {
    for (const bad of ['', 'short', 'x'.repeat(65), '../../../../etc/passwd', 'with.dots.in.the.name', `${id}\0`]) {
      await throwsCode(t, staging.begin(bad, callOf()), 'syntax');
    }
    await staging.begin(id, callOf());
    await throwsCode(t, staging.begin(id, callOf()), 'already-exists');
  });
}

function failureRules(rule: StagingRule): void {
  rule('what arrived before a body failed is kept', async (t, { staging }) => {
    const octets = octetsOf(1_200_000, 'cut');
    await staging.begin(id, callOf());
    let offset = 0;
    for (const end of [100, 50_000, 700_000, 1_100_000]) {
      const failure = new Error(`cut at ${end}`);
      const reason = await t.throwsAsync(
        staging.append(id, offset, failingBody(octets.subarray(offset, end), failure), noLimit, callOf()),
      );
      t.is(reason, failure);
      offset = await staging.offset(id, callOf());
      t.is(offset, end);
    }
    await staging.append(id, offset, bodyOf(octets.subarray(offset)), noLimit, callOf());
    t.is((await staging.complete(id, callOf())).sha256, sha256Of(octets));
  });

  rule('what arrived before an abort is kept, also for the next opening', async (t, { staging, opened, store }) => {
    const octets = octetsOf(600_000, 'aborted');
    const body = stalledBody(octets.subarray(0, 400_000));
    const controller = new AbortController();
    await staging.begin(id, callOf());
    const append = staging.append(id, 0, body, noLimit, callOf(controller.signal));
    await body.stalled;
    controller.abort(new Error('given up'));
    await t.throwsAsync(append, { message: 'given up' });
    const again = ((await opened.reopen?.()) ?? store).staging as BlobStaging;
    t.is(await again.offset(id, callOf()), 400_000);
    await again.append(id, 400_000, bodyOf(octets.subarray(400_000)), noLimit, callOf());
    t.is((await again.complete(id, callOf())).sha256, sha256Of(octets));
  });

  rule('an upload that is forgotten while a piece arrives is not found at its end', async (t, { staging }) => {
    await staging.begin(id, callOf());
    const body = async function* (): AsyncGenerator<Uint8Array> {
      yield octetsOf(100, 'gone');
      await staging.abort(id, callOf());
      yield octetsOf(100, 'gone');
    };
    await throwsCode(t, staging.append(id, 0, body(), noLimit, callOf()), 'not-found');
    await throwsCode(t, staging.offset(id, callOf()), 'not-found');
  });
}

function completionRules(rule: StagingRule): void {
  rule('a completed upload is forgotten', async (t, { staging }) => {
    await staging.begin(id, callOf());
    await staging.append(id, 0, bodyOf(octetsOf(100, 'once')), noLimit, callOf());
    await staging.complete(id, callOf());
    await throwsCode(t, staging.offset(id, callOf()), 'not-found');
    await throwsCode(t, staging.complete(id, callOf()), 'not-found');
    await staging.begin(id, callOf());
    t.is(await staging.offset(id, callOf()), 0);
  });

  rule('an upload of no octets can be completed', async (t, { store, staging }) => {
    await staging.begin(id, callOf());
    const ref = await staging.complete(id, callOf());
    t.is(ref.sizeOctets, 0);
    t.is(ref.sha256, sha256Of(new Uint8Array(0)));
    t.is((await collect(await store.get(ref.key, undefined, callOf()))).byteLength, 0);
  });

  rule('an aborted upload is gone with its octets, and its id can be used again', async (t, { store, staging }) => {
    const octets = octetsOf(5000, 'forgotten');
    await staging.begin(id, callOf());
    await staging.append(id, 0, bodyOf(octets), noLimit, callOf());
    await staging.abort(id, callOf());
    await staging.abort(id, callOf());
    await throwsCode(t, staging.offset(id, callOf()), 'not-found');
    t.is(await store.head(sha256Of(octets), callOf()), undefined);
    t.deepEqual(await store.sweep(-60_000, async () => new Set(), callOf()), { blobs: 0, temporary: 0 });
    await staging.begin(id, callOf());
    const other = octetsOf(5000, 'other');
    await staging.append(id, 0, bodyOf(other), noLimit, callOf());
    t.is((await staging.complete(id, callOf())).sha256, sha256Of(other));
  });

  rule('a blob that was completed after the sweep began is never removed', async (t, { store, staging }) => {
    const octets = octetsOf(3000, 'sweep');
    for (let round = 0; round < 20; round += 1) {
      await store.put(bodyOf(octets), noLimit, callOf());
      await staging.begin(id, callOf());
      await staging.append(id, 0, bodyOf(octets), noLimit, callOf());
      const sweeping = store.sweep(-60_000, async () => new Set(), callOf());
      // Either the sweep comes first and takes the upload, or the upload becomes a blob that stays.
      const outcome = await staging.complete(id, callOf()).catch((error: unknown) => error);
      await sweeping;
      if (!(outcome instanceof GatewayError))
        t.deepEqual(await store.head(sha256Of(octets), callOf()), outcome as BlobRef);
      else t.true(outcome.code === 'not-found' || outcome.code === 'in-use', outcome.code);
      await staging.abort(id, callOf());
    }
  });
}
