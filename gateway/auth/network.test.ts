import test from 'ava';
import { networkOf } from './network.ts';

const cases: readonly [address: string, ipv4: number, ipv6: number, network: string][] = [
  ['192.0.2.7', 32, 64, '192.0.2.7/32'],
  ['192.0.2.7', 24, 64, '192.0.2/24'],
  ['192.0.255.7', 20, 64, '192.0.240/20'],
  ['2001:db8:1:2:3:4:5:6', 32, 64, '2001:db8:1:2/64'],
  ['2001:0DB8:0001:0002::1', 32, 64, '2001:db8:1:2/64'],
  ['2001:db8::1', 32, 64, '2001:db8:0:0/64'],
  ['2001:db8:1:ffff::1', 32, 56, '2001:db8:1:ff00/56'],
  ['2001:db8::1', 32, 128, '2001:db8:0:0:0:0:0:1/128'],
  ['::', 32, 64, '0:0:0:0/64'],
  ['::1', 32, 128, '0:0:0:0:0:0:0:1/128'],
  ['fe80::1%eth0', 32, 64, 'fe80:0:0:0/64'],
  ['64:ff9b::192.0.2.33', 32, 128, '64:ff9b:0:0:0:0:c000:221/128'],
  ['1:2:3:4:5:6:192.0.2.33', 32, 128, '1:2:3:4:5:6:c000:221/128'],
  ['unix', 32, 64, 'unix'],
];

for (const [address, ipv4, ipv6, network] of cases) {
  test(`rfc4291 2.2: ${address} in /${ipv4} and /${ipv6} is ${network}`, (t) => {
    t.is(networkOf(address, { ipv4, ipv6 }), network);
  });
}

test('addresses of one subnet are one network, of two are two', (t) => {
  const prefixes = { ipv4: 32, ipv6: 64 };
  t.is(networkOf('2001:db8::1', prefixes), networkOf('2001:db8:0:0:ffff::', prefixes));
  t.not(networkOf('2001:db8::1', prefixes), networkOf('2001:db8:0:1::1', prefixes));
});
