import test from 'ava';
import { canonicalIpAddress, formatIpAddress, parseIpAddress } from './ip-address.ts';

const canonical: readonly (readonly [string, string])[] = [
  ['192.0.2.1', '192.0.2.1'],
  ['0.0.0.0', '0.0.0.0'],
  ['::', '::'],
  ['::1', '::1'],
  ['1::', '1::'],
  ['2001:DB8::1', '2001:db8::1'],
  ['2001:0db8:0000:0000:0000:0000:0000:0001', '2001:db8::1'],
  ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
  ['2001:0:0:1:0:0:0:1', '2001:0:0:1::1'],
  ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
  ['::ffff:192.0.2.1', '192.0.2.1'],
  ['::ffff:c000:201', '192.0.2.1'],
  ['64:ff9b::192.0.2.33', '64:ff9b::c000:221'],
  ['1:2:3:4:5:6:7:8', '1:2:3:4:5:6:7:8'],
  ['1:2:3:4:5:6:7::', '1:2:3:4:5:6:7:0'],
];

for (const [text, expected] of canonical) {
  test(`rfc5952 4: ${text} is written ${expected}`, (t) => {
    const octets = parseIpAddress(text);
    t.truthy(octets);
    t.is(octets && formatIpAddress(octets), expected);
    t.is(canonicalIpAddress(expected), expected);
  });
}

const wrong = [
  '',
  '1.2.3',
  '1.2.3.4.5',
  '1.2.3.04',
  '1.2.3.256',
  '1.2.3.4 ',
  ':',
  ':::',
  '1::2::3',
  '1:2:3:4:5:6:7',
  '1:2:3:4:5:6:7:8::',
  '::12345',
  '::g',
  '::1.2.3',
  '1.2.3.4::',
  '::1%eth0',
  `${'1:'.repeat(40)}1`,
];

for (const text of wrong) {
  test(`rfc4291 2.2: ${JSON.stringify(text)} is no address`, (t) => {
    t.is(parseIpAddress(text), undefined);
  });
}

test('rfc4007 11: the zone that the system adds is left out', (t) => {
  t.is(canonicalIpAddress('fe80::1%eth0'), 'fe80::1');
});

test('canonicalIpAddress leaves what it does not know as it is', (t) => {
  t.is(canonicalIpAddress('socket'), 'socket');
});
