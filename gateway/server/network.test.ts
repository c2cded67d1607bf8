import test from 'ava';
import { GatewayError } from '../ports/errors.ts';
import { NetworkCounter } from './connection-limits.ts';
import { createConnectionIds } from './connection-ids.ts';
import { networkOf, parseNetworks } from './network.ts';

const membership: readonly (readonly [readonly string[], string, boolean])[] = [
  [['10.0.0.0/8'], '10.255.0.1', true],
  [['10.0.0.0/8'], '11.0.0.1', false],
  [['192.0.2.7'], '192.0.2.7', true],
  [['192.0.2.7'], '192.0.2.8', false],
  [['0.0.0.0/0'], '203.0.113.1', true],
  [['0.0.0.0/0'], '2001:db8::1', false],
  [['2001:db8::/32'], '2001:db8:ffff::1', true],
  [['2001:db8::/32'], '2001:db9::1', false],
  [['::1', '127.0.0.1'], '::1', true],
  [[], '127.0.0.1', false],
];

for (const [networks, address, expected] of membership) {
  test(`rfc4632 3.1: ${address} is ${expected ? '' : 'not '}in ${networks.join(' ') || 'nothing'}`, (t) => {
    t.is(parseNetworks(networks).contains(address), expected);
  });
}

for (const network of [
  '',
  '10.0.0.0/33',
  '10.0.0/8',
  '10.0.0.0/-1',
  '10.0.0.0/8/8',
  '::/129',
  '::ffff:10.0.0.0/104',
  'localhost',
  '10.0.0.0/',
]) {
  test(`rfc4632 3.1: ${JSON.stringify(network)} is no network`, (t) => {
    const error = t.throws(() => parseNetworks([network]), { instanceOf: GatewayError });
    t.is(error?.code, 'syntax');
  });
}

const networks: readonly (readonly [string, string])[] = [
  ['192.0.2.7', '192.0.2.7'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['::1', '::/64'],
];

for (const [address, network] of networks) {
  test(`limits: ${address} counts to ${network}`, (t) => t.is(networkOf(address), network));
}

test('limits: a network has only so many places, and a place is given back once', (t) => {
  const counter = new NetworkCounter(2);
  const first = counter.enter('2001:db8::1');
  t.truthy(counter.enter('2001:db8::2'));
  t.is(counter.enter('2001:db8::3'), undefined);
  t.truthy(counter.enter('2001:db8:0:1::1'));
  first?.[Symbol.dispose]();
  first?.[Symbol.dispose]();
  t.truthy(counter.enter('2001:db8::4'));
  t.is(counter.enter('2001:db8::5'), undefined);
});

test('limits: what is not connected is not remembered', (t) => {
  const counter = new NetworkCounter(2);
  const places = Array.from({ length: 100 }, (_, index) => counter.enter(`10.0.0.${index}`));
  t.is(counter.size, 100);
  for (const place of places) place?.[Symbol.dispose]();
  t.is(counter.size, 0);
});

test('connection ids: short, unique, and different in another process', (t) => {
  const one = createConnectionIds((octets) => new Uint8Array(octets).fill(1));
  const two = createConnectionIds((octets) => new Uint8Array(octets).fill(2));
  const ids = new Set(Array.from({ length: 10_000 }, () => [one(), two()]).flat());
  t.is(ids.size, 20_000);
  for (const id of ids) t.regex(id, /^[0-9a-hjkmnp-tv-z]{8}-[0-9a-hjkmnp-tv-z]{1,3}$/);
});
