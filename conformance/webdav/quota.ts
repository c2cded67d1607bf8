/** RFC 4331: quota properties. */
import { casesOf } from '../case/case.ts';
import { ensure, ensureEqual, ensureStatus, skipUnless } from '../case/outcome.ts';
import type { Target } from '../case/target.ts';
import { allpropBody, propertyUpdate, set } from '../dav/bodies.ts';
import { foundNames, Multistatus, propertyOf } from '../dav/multistatus.ts';
import { clark, dav } from '../dav/names.ts';
import { ensureCondition } from '../dav/xml.ts';
import type { HttpConnection } from '../http/connection.ts';

const { must, should } = casesOf('RFC 4331', ['quota']);
const available = dav('quota-available-bytes');
const used = dav('quota-used-bytes');

/** What a case may send to pass a limit. */
const sendableOctets = 134_217_728;

async function sendOctets(connection: HttpConnection, octets: number): Promise<void> {
  const block = Buffer.alloc(1_048_576, 'x');
  for (let left = octets; left > 0; left -= block.length) {
    await connection.write(left < block.length ? block.subarray(0, left) : block);
  }
}

/** Octets left; the case is skipped where the server tells no limit or one that no request can pass. */
async function octetsAvailable(t: Target): Promise<number> {
  const answer = await t.property('', available);
  skipUnless(answer?.status === 200, 'the server tells no limit');
  const octets = Number(answer.text);
  skipUnless(octets < Number.MAX_SAFE_INTEGER / 2, 'the limit is out of reach');
  return octets;
}

async function ensureProtected(t: Target, name: string): Promise<void> {
  const before = await t.property('', dav(name));
  skipUnless(before?.status === 200, `the server has no DAV:${name}`);
  const response = await t.proppatch('', propertyUpdate(set(`<D:${name}>1</D:${name}>`)));
  const status =
    response.status === 207 ? propertyOf(Multistatus.of(response).need(t.home), dav(name))?.status : response.status;
  ensure((status ?? 0) >= 400, `DAV:${name} was changed: status ${status}`, response);
}

export const quotaCases = [
  must('4', 'used-is-number', 'DAV:quota-used-bytes is a whole number of octets.', {}, async (t) => {
    ensure(/^\d+$/.test(await t.propertyText('', used)), 'DAV:quota-used-bytes is no number');
  }),
  must('3', 'available-is-number', 'DAV:quota-available-bytes is a whole number of octets.', {}, async (t) => {
    const answer = await t.property('', available);
    skipUnless(answer?.status === 200, 'the server tells no limit');
    ensure(/^\d+$/.test(answer.text), `DAV:quota-available-bytes is ${answer.text}`);
  }),
  should('4', 'used-grows', 'DAV:quota-used-bytes grows with what is stored.', { alone: true }, async (t) => {
    const before = Number(await t.propertyText('', used));
    await t.givenFile('a.bin', Buffer.alloc(100_000, 'x'));
    ensure(Number(await t.propertyText('', used)) > before, 'DAV:quota-used-bytes did not grow');
  }),
  should('4', 'used-shrinks', 'DAV:quota-used-bytes shrinks with DELETE.', { alone: true }, async (t) => {
    await t.givenFile('a.bin', Buffer.alloc(100_000, 'x'));
    const before = Number(await t.propertyText('', used));
    await t.delete('a.bin');
    ensure(Number(await t.propertyText('', used)) < before, 'DAV:quota-used-bytes did not shrink');
  }),
  must('3', 'available-protected', 'DAV:quota-available-bytes is protected here or its change is refused.', {}, (t) =>
    ensureProtected(t, 'quota-available-bytes'),
  ),
  must('4', 'used-protected', 'DAV:quota-used-bytes is protected.', {}, (t) => ensureProtected(t, 'quota-used-bytes')),
  should('2', 'not-in-allprop', 'allprop leaves the quota properties out.', {}, async (t) => {
    const answer = await t.propfind('', allpropBody);
    const found = foundNames(answer.need(t.home));
    for (const name of [available, used])
      ensure(!found.includes(clark(name)), `allprop returns ${clark(name)}`, answer.http);
  }),
  should(
    '6',
    'over-quota',
    'A PUT that is larger than what is left is refused with 507 (or 413).',
    { alone: true },
    async (t) => {
      // What is used is added, because a server may give back the room of removed files only when it is needed.
      const octets = (await octetsAvailable(t)) + Number(await t.propertyText('', used)) + 1_048_576;
      using connection = await t.client.open();
      const headers = { 'Content-Length': String(octets), Expect: '100-continue' };
      await connection.write(t.client.head({ method: 'PUT', target: t.path('large.bin'), headers }));
      const first = await connection.readHead();
      if (first.status === 100) {
        skipUnless(octets <= sendableOctets, `the server wants to see a body of ${octets} octets before it refuses it`);
        await sendOctets(connection, octets);
      }
      const head = first.status === 100 ? await connection.readHead() : first;
      const response = await connection.finish('PUT', head, []);
      ensureStatus(response, [507, 413], 'PUT beyond the quota');
      if (response.status === 507) ensureCondition(response, 'quota-not-exceeded');
      ensureEqual(await t.exists('large.bin'), false, 'whether the file is there');
    },
  ),
];
