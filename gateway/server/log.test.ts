import test from 'ava';
import type { Clock } from '../ports/clock.ts';
import { GatewayError } from '../ports/errors.ts';
import { Secret } from '../ports/secret.ts';
import { createLog } from './log.ts';
import type { LogControl, LogLevel } from './log.ts';

const clock: Clock = { nowMs: () => Date.UTC(2026, 2, 1, 8) };

function open(level: LogLevel = 'debug'): { readonly control: LogControl; readonly lines: () => unknown[] } {
  let text = '';
  const control = createLog({ level, clock, destination: { write: (line) => void (text += line) } });
  return {
    control,
    lines: () =>
      text
        .split('\n')
        .filter(Boolean)
        .map((line): unknown => JSON.parse(line)),
  };
}

test('log: a line is one JSON object with level, time, event and fields', (t) => {
  const { control, lines } = open();
  control.log.info('http.request', {
    result: 'ok',
    connection: 'c-1',
    status: 207,
    list: ['a', 'b'],
    nothing: undefined,
  });
  t.deepEqual(lines(), [
    {
      level: 'info',
      time: '2026-03-01T08:00:00.000Z',
      event: 'http.request',
      result: 'ok',
      connection: 'c-1',
      status: 207,
      list: ['a', 'b'],
    },
  ]);
});

test('log: line breaks in a value do not make a second line', (t) => {
  const { control, lines } = open();
  control.log.warn('x', { text: 'a\r\n{"level":"error"}\n' });
  t.is(lines().length, 1);
});

test('log: a child adds its fields to every line, and a line’s own field wins', (t) => {
  const { control, lines } = open();
  const child = control.log.child({ connection: 'c-1', part: 'a' }).child({ part: 'b' });
  child.info('one');
  child.info('two', { part: 'c' });
  t.like(lines()[0], { connection: 'c-1', part: 'b' });
  t.like(lines()[1], { connection: 'c-1', part: 'c' });
});

test('log: lines below the level are left out, and the level changes for children too', (t) => {
  const { control, lines } = open('warn');
  const child = control.log.child({ connection: 'c-1' });
  child.info('hidden');
  child.warn('shown');
  control.setLevel('debug');
  child.debug('shown');
  control.setLevel('silent');
  child.error('hidden');
  t.deepEqual(
    lines().map((line) => (line as { event: string }).event),
    ['shown', 'shown'],
  );
});

const hiding: readonly (readonly [string, Readonly<Record<string, unknown>>])[] = [
  ['a Secret', { value: new Secret('hunter2') }],
  ['a Secret within', { a: { b: [new Secret('hunter2')] } }],
  ['a field named password', { password: 'hunter2' }],
  ['an Authorization header', { headers: { authorization: 'Basic hunter2' } }],
  ['an Authorization header of another case', { headers: { Authorization: 'Bearer hunter2' } }],
  ['a Cookie header', { request: { headers: { cookie: 'hunter2' } } }],
  ['a raw list of headers', { rawHeaders: ['Host', 'a', 'Authorization', 'Basic hunter2'] }],
  ['a Map', { headers: new Map([['proxy-authorization', 'hunter2']]) }],
  ['a Secret in an error’s own fields', { error: new GatewayError('syntax', 'x', { cause: { password: 'hunter2' } }) }],
  ['octets', { value: Buffer.from('hunter2') }],
];

for (const [name, fields] of hiding) {
  test(`log: hides ${name}`, (t) => {
    const { control, lines } = open();
    control.log.info('x', fields);
    t.is(lines().length, 1);
    t.notRegex(JSON.stringify(lines()), /hunter2/);
  });
}

test('log: an error has code, message and causes; the stack only when it is a fault of the program', (t) => {
  const { control, lines } = open();
  const cause = Object.assign(new Error('connect failed'), { code: 'ECONNREFUSED', cause: new Error('deepest') });
  control.log.error('x', {
    error: new GatewayError('unavailable', 'the store is away', { cause, detail: { retryAfterSeconds: 5 } }),
  });
  const { error } = lines()[0] as { readonly error: Readonly<Record<string, unknown>> };
  t.like(error, {
    name: 'GatewayError',
    code: 'unavailable',
    message: 'the store is away',
    detail: { retryAfterSeconds: 5 },
    cause: { code: 'ECONNREFUSED', message: 'connect failed', cause: { message: 'deepest' } },
  });
  t.is(error['stack'], undefined);
  t.truthy((error['cause'] as { stack?: string }).stack);
});

test('log: what cannot be printed does not end the program', (t) => {
  const { control, lines } = open();
  const circle: Record<string, unknown> = {};
  circle['self'] = circle;
  const looped = new Error('loop');
  looped.cause = looped;
  const fields = {
    circle,
    big: 10n,
    infinite: Infinity,
    long: 'x'.repeat(10_000),
    call: () => 1,
    sign: Symbol('s'),
    error: looped,
  };
  control.log.info('x', fields);
  t.is(lines().length, 1);
  t.like(lines()[0], { big: '10', infinite: 'Infinity', call: '[function]', sign: 'Symbol(s)' });
  t.true((lines()[0] as { long: string }).long.length < 5_000);
});
