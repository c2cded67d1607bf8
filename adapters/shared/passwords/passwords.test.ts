import test from 'ava';
import { Secret } from '../../../gateway/ports/secret.ts';
import { silentLog } from '../../../gateway/ports/log.ts';
import { Passwords } from './passwords.ts';

const call = { signal: new AbortController().signal, log: silentLog };
const passwords = new Passwords({ argon2: { memoryKiB: 64, passes: 1, parallelism: 1 }, scramIterations: 4096 });
test.after.always(() => passwords[Symbol.asyncDispose]());

/** Made with glibc's crypt(3), openssl passwd, OpenLDAP's formula, and the argon2 reference implementation's own test. */
const vectors: readonly [title: string, password: string, hash: string][] = [
  [
    'SHA-512, default rounds',
    'Hello world!',
    '$6$saltstring$svn8UoSVapNtMuq1ukKS4tPQd8iKwSMHWjl/O817G3uBnIFNjnQJuesI68u4OTLiBFdcbYEdFCoEOfaS35inz1',
  ],
  [
    'SHA-512, rounds',
    'Hello world!',
    '$6$rounds=10000$saltstringsaltst$OW1/O6BYHV6BcXZu8QVeXbDWra3Oeqh0sbHbbMCVNSnCM/UrjmM0Dp8vOuZeHBy/YTBmSK6H9qs/y3RnOaw5v.',
  ],
  [
    'SHA-512, 64 octets',
    'x'.repeat(64),
    '$6$rounds=1000$abcdefgh$umXLl12KEPH0y3An3XZiR/DkqM.ZfkxN2ax2eq5HRfhtNH13ja/FK8vbPOqMJApHPD6s/OdNKwhGy0Zlgh7Gw.',
  ],
  [
    'SHA-512, 63 octets',
    'x'.repeat(63),
    '$6$rounds=1000$abcdefgh$Pd4h0TNs2Fj0TQb/HcGOjCv2MHVjNQ6SU7Fmlr.x53ditx4xSiml3ougqKZzPcaFFhF3qG65zV9SS7UHFrKrC.',
  ],
  [
    'SHA-512, not ASCII',
    'pässword',
    '$6$rounds=1000$abcdefgh$jAxIaiRp9oDJ.CoU2U7rdm1MxaLmzzVIbnA5TByoxmVbJHEFOGQ24vEMjv0aIa3w8SX9Sw89hnB24WyQvTH7h/',
  ],
  ['SHA-256, default rounds', 'Hello world!', '$5$saltstring$5B8vYYiY.CVt1RlTTf8KbXBH3hsxY/GNooZaBBGWEc5'],
  ['SHA-256, 32 octets', 'x'.repeat(32), '$5$rounds=1000$abcdefgh$X3DK0rnvjGs5BcxTxrPXJBZIV41ur8wbOEA069fskk9'],
  ['SHA-256, 128 octets', 'x'.repeat(128), '$5$rounds=1000$abcdefgh$Gdxer8BtS9BFEUny6LbnyCVrmZVmRZ4gvNvGjqI6pH9'],
  ['SHA-256, empty salt', 'x', '$5$rounds=1000$$4D2tp5PZGtSl4aBon7NvdSwWT2BSm4eRZICoK/SoBpD'],
  ['bcrypt 2a', 'U*U', '$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW'],
  ['bcrypt 2b, not ASCII', 'pässword', '$2b$05$abcdefghijklmnopqrstuucZGbUxuMlEqps0qcu2pjhO7vaatQZIC'],
  ['bcrypt 2y', 'correct horse', '$2y$05$abcdefghijklmnopqrstuuHNbAKRhpaujgo33bRWs.NLUTJO3lOy2'],
  ['SHA', 'secret', '{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ='],
  ['SSHA', 'sécret', '{SSHA}D166IHNsn5n60PxQTdncytaxbz1zYWx0MTIzNA=='],
  ['SHA256', 'secret', '{SHA256}K7gNU3sdo+OL0wNhqoVWhr3g6s1xYv72ol/pe/Unols='],
  ['SSHA256', 'sécret', '{SSHA256}xV2DxDRBEAxmDfwqwRAWk2p5KgdQeWslGCxrOuXLmWhzYWx0MTIzNA=='],
  [
    'SHA512',
    'secret',
    '{SHA512}vSsar3708Jvp9Szi2NWZZ02Bqp1qRCFpbcTZPdBhnWgs5WtNZKnvCXdhztmeD2cmW192CF5bDufKRpayrW/isg==',
  ],
  [
    'SSHA512',
    'sécret',
    '{SSHA512}jDYE69Arz0b6gSaBAYhMMB6bTqYEB5jxbOvvgDE+JKKrBV3VGs3rDR818TINri/Ul0NVlCvRC2nE2PJURchBBHNhbHQxMjM0',
  ],
  ['openssl passwd -5', 'x y', '$5$opensslsalt$JRHW9IXyFsxscCvESSA5czRXlSR6sZBsyIpMV1iTfP5'],
  [
    'openssl passwd -6',
    'x y',
    '$6$opensslsalt$eZ00izwRre/KAHe0PvhS2vZKmEqYouk8nvvBwyxg2CmlGnnLlwN3jHOX.vNNPs0b9jduTUrtvPqbdwgk7a34k1',
  ],
  [
    'OpenLDAP {CRYPT}',
    'x y',
    '{CRYPT}$6$opensslsalt$eZ00izwRre/KAHe0PvhS2vZKmEqYouk8nvvBwyxg2CmlGnnLlwN3jHOX.vNNPs0b9jduTUrtvPqbdwgk7a34k1',
  ],
  ['Dovecot {SHA256-CRYPT}', 'x y', '{SHA256-CRYPT}$5$opensslsalt$JRHW9IXyFsxscCvESSA5czRXlSR6sZBsyIpMV1iTfP5'],
  ['Dovecot {BLF-CRYPT}', 'U*U', '{BLF-CRYPT}$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW'],
  ['a scheme in lower case', 'secret', '{sha}5en6G6MezRroT3XKqkdPOmY/BfQ='],
  ['argon2id', 'password', '$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4'],
  ['argon2i', 'password', '$argon2i$v=19$m=256,t=2,p=1$c29tZXNhbHQ$iekCn0Y3spW+sCcFanM2xBT63UP2sghkUoHLIUpWRS8'],
];

for (const [title, password, hash] of vectors) {
  test(`imported hash: ${title}`, async (t) => {
    t.is(passwords.checkImported(new Secret(` ${hash}\n`)), hash);
    const known = { hash, scramIterations: undefined };
    t.deepEqual(await passwords.verify(new Secret(password), known, call), { matches: true, outdated: true });
    t.false((await passwords.verify(new Secret(`${password} `), known, call)).matches);
    t.false((await passwords.verify(new Secret(password.toUpperCase().slice(1)), known, call)).matches);
  });
}

const notImported: readonly [title: string, hash: string][] = [
  ['nothing', ''],
  ['a plain password', 'secret'],
  ['{PLAIN}', '{PLAIN}secret'],
  ['an unknown scheme', '{MD5}5en6G6MezRroT3XKqkdPOg=='],
  ['MD5-crypt', '$1$o/kz0hGg$Tn2LcdvkYNxa5EzpBRJ8W0'],
  ['yescrypt', '$y$j9T$abc$def'],
  ['{SSHA} without a salt', '{SSHA}5en6G6MezRroT3XKqkdPOmY/BfQ='],
  ['{SHA} with something behind', '{SHA}D166IHNsn5n60PxQTdncytaxbz1zYWx0MTIzNA=='],
  ['{SSHA} with a giant salt', `{SSHA}${Buffer.alloc(200).toString('base64')}`],
  ['sha-crypt with the rounds of a week', `$6$rounds=999999999$salt$${'a'.repeat(86)}`],
  ['sha-crypt of the wrong length', `$6$salt$${'a'.repeat(43)}`],
  ['bcrypt with a cost of hours', `$2b$31$${'a'.repeat(53)}`],
  ['bcrypt below the least cost', `$2b$03$${'a'.repeat(53)}`],
  ['bcrypt 2x', `$2x$05$${'a'.repeat(53)}`],
  [
    'argon2 with all memory',
    '$argon2id$v=19$m=9999999,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4',
  ],
  ['argon2 without passes', '$argon2id$v=19$m=256,t=0,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4'],
  [
    'argon2 with less memory than lanes',
    '$argon2id$v=19$m=8,t=1,p=2$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4',
  ],
  ['argon2 version 1.0', '$argon2id$v=16$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4'],
  ['NUL inside', '$6$sa\0lt$' + 'a'.repeat(86)],
  ['a megabyte', `{SSHA}${'A'.repeat(1_000_000)}`],
];

for (const [title, hash] of notImported) {
  test(`not importable: ${title}`, async (t) => {
    t.throws(() => passwords.checkImported(new Secret(hash)), { code: 'syntax' });
    t.false((await passwords.verify(new Secret('secret'), { hash, scramIterations: undefined }, call)).matches);
  });
}

test('what was hashed matches itself and nothing else, and is current', async (t) => {
  const record = await passwords.hash(new Secret('Pässword 1'), call);
  const known = { hash: record.hash, scramIterations: record.scram?.iterations };
  t.regex(record.hash, /^\$argon2id\$v=19\$m=64,t=1,p=1\$/);
  t.deepEqual(await passwords.verify(new Secret('Pässword 1'), known, call), { matches: true, outdated: false });
  t.false((await passwords.verify(new Secret('Pässword 2'), known, call)).matches);
  t.not((await passwords.hash(new Secret('Pässword 1'), call)).hash, record.hash);
});

test('rfc8265 4.2: the same password from a keyboard that decomposes matches', async (t) => {
  const { hash } = await passwords.hash(new Secret('\u00e9t\u00e9'), call);
  const known = { hash, scramIterations: 4096 };
  t.true((await passwords.verify(new Secret('e\u0301te\u0301'), known, call)).matches);
});

test('a hash that costs less than the current one, or lacks SCRAM keys, is outdated', async (t) => {
  const { hash } = await passwords.hash(new Secret('x'), call);
  await using stronger = new Passwords({
    argon2: { memoryKiB: 128, passes: 1, parallelism: 1 },
    scramIterations: 4096,
  });
  const outdated = { matches: true, outdated: true };
  t.deepEqual(await stronger.verify(new Secret('x'), { hash, scramIterations: 4096 }, call), outdated);
  t.deepEqual(await passwords.verify(new Secret('x'), { hash, scramIterations: undefined }, call), outdated);
  await using plain = new Passwords({ argon2: { memoryKiB: 64, passes: 1, parallelism: 1 }, scramIterations: 0 });
  t.deepEqual(await plain.verify(new Secret('x'), { hash, scramIterations: undefined }, call), {
    matches: true,
    outdated: false,
  });
  t.is((await plain.hash(new Secret('x'), call)).scram, undefined);
});

for (const [title, password] of [
  ['empty', ''],
  ['NUL', 'a\0b'],
  ['a control character', 'a\nb'],
  ['more than 1024 octets', 'é'.repeat(513)],
] as const) {
  test(`a password is refused: ${title}`, async (t) => {
    const secret = new Secret(password);
    t.throws(() => passwords.check(secret), { code: 'syntax' });
    await t.throwsAsync(passwords.hash(secret, call), { code: 'syntax' });
    t.false((await passwords.verify(secret, await passwords.hash(new Secret('x'), call).then(knownOf), call)).matches);
  });
}

test('a name that does not exist has no password, not even the empty one', async (t) => {
  t.false((await passwords.verify(new Secret('x'), undefined, call)).matches);
  t.false((await passwords.verify(new Secret(''), undefined, call)).matches);
});

test('more computations than may wait are refused with a time to come back', async (t) => {
  await using narrow = new Passwords({
    argon2: { memoryKiB: 64, passes: 1, parallelism: 1 },
    scramIterations: 0,
    concurrency: 1,
    queueLength: 1,
    retryAfterSeconds: 7,
  });
  const results = await Promise.allSettled([1, 2, 3, 4].map(() => narrow.verify(new Secret('x'), undefined, call)));
  t.deepEqual(
    results.map((result) => result.status),
    ['fulfilled', 'fulfilled', 'rejected', 'rejected'],
  );
  t.like((results[2] as PromiseRejectedResult).reason, { code: 'unavailable', detail: { retryAfterSeconds: 7 } });
});

test('many imported hashes at once are all answered, each its own', async (t) => {
  const imported = vectors.filter(([, , hash]) => /^\$[256]/.test(hash));
  const verdicts = await Promise.all(
    imported.flatMap(([, password, hash]) =>
      [password, 'not it'].map((typed) =>
        passwords.verify(new Secret(typed), { hash, scramIterations: undefined }, call),
      ),
    ),
  );
  t.deepEqual(
    verdicts.map((verdict) => verdict.matches),
    imported.flatMap(() => [true, false]),
  );
});

test('nothing that is printed holds a password', async (t) => {
  const error = t.throws(() => passwords.check(new Secret('hunter2\n')));
  t.notRegex(String(error), /hunter2/);
});

function knownOf(record: { readonly hash: string }): { readonly hash: string; readonly scramIterations: undefined } {
  return { hash: record.hash, scramIterations: undefined };
}
