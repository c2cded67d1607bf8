/** `limits.auth`: how many wrong passwords, and how long a right one is remembered. */
import type * as z from 'zod';
import { duration, section, wholeNumber } from './values.ts';

function bucket(description: string, burst: number, refill: string) {
  return section(description, {
    burst: wholeNumber('Wrong tries at once.', 1, 1_000_000).default(burst),
    refill: duration('Time after which one more is allowed.', 1).prefault(refill),
  }).prefault({});
}

export const authLimitsSchema = section('Sign-in: wrong passwords, and how long a right one is remembered.', {
  credentialLife: duration(
    'How long a password that was found right is not checked again while its account stays as it is.',
    0,
    86_400_000,
  ).prefault('5m'),
  credentialCount: wholeNumber('How many such passwords are remembered, as keyed hashes.', 0, 10_000_000).default(
    10_000,
  ),
  perAccount: bucket('Wrong tries for one account from networks that it has not signed in from lately.', 10, '5m'),
  perNetwork: bucket('Wrong tries from one network for accounts that have not signed in from there lately.', 100, '5s'),
  perKnownNetwork: bucket('Wrong tries for one account from a network that it has signed in from lately.', 30, '20s'),
  knownNetworkLife: duration('What "lately" is.', 0).prefault('30d'),
  networkPrefixes: section('How many leading bits of an address are one network.', {
    ipv4: wholeNumber('Of an IPv4 address.', 8, 32).default(32),
    ipv6: wholeNumber('Of an IPv6 address.', 16, 128).default(64),
  }).prefault({}),
  connectionCount: wholeNumber(
    'How many connections on which somebody signed in are remembered; on them that account is not throttled.',
    0,
    10_000_000,
  ).default(20_000),
  wrongCount: wholeNumber(
    'Wrong passwords that are remembered, as keyed hashes, so that a client that repeats one uses up no tries.',
    0,
    10_000_000,
  ).default(10_000),
  wrongLife: duration('How long a wrong password is remembered.', 0).prefault('24h'),
  refusalFloor: duration('A refusal is given no sooner than this, so that the time tells nothing.', 0, 10_000).prefault(
    '400ms',
  ),
}).prefault({});

export type AuthLimitsConfig = z.output<typeof authLimitsSchema>;
