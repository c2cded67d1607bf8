import test from 'ava';
import { parsePrefer } from './prefer.ts';

const nothing = { minimal: false, representation: false, depthNoroot: false, handling: undefined, applied: [] };

for (const [prefer, brief, expected] of [
  [undefined, undefined, {}],
  ['', undefined, {}],
  ['return=minimal', undefined, { minimal: true, applied: ['return=minimal'] }],
  ['Return = "Minimal"', undefined, { minimal: true, applied: ['return=minimal'] }],
  ['return=representation', undefined, { representation: true, applied: ['return=representation'] }],
  ['return=minimal, return=representation', undefined, { minimal: true, applied: ['return=minimal'] }],
  ['depth-noroot', undefined, { depthNoroot: true, applied: ['depth-noroot'] }],
  [
    'respond-async, wait=10;x="a,b", return=minimal;foo="some parameter", depth-noroot, handling=lenient',
    undefined,
    { minimal: true, depthNoroot: true, handling: 'lenient', applied: ['return=minimal', 'depth-noroot'] },
  ],
  ['handling=strict', undefined, { handling: 'strict' }],
  ['handling=odd, return=odd', undefined, {}],
  // COMPAT(Apple): drafts of RFC 7240, and Brief
  ['return-minimal', undefined, { minimal: true, applied: ['return=minimal'] }],
  ['return-representation', undefined, { representation: true, applied: ['return=representation'] }],
  [undefined, 't', { minimal: true }],
  [undefined, ' T ', { minimal: true }],
  [undefined, 'f', {}],
  [undefined, '', {}],
  ['return=representation', 't', { representation: true, applied: ['return=representation'] }],
  ['"', undefined, {}],
  ['=,;=;', undefined, {}],
] as const) {
  test(`rfc7240 2 and rfc8144 2: Prefer ${JSON.stringify(prefer)}, Brief ${JSON.stringify(brief)}`, (t) => {
    t.deepEqual<unknown, unknown>(parsePrefer(prefer, brief), { ...nothing, ...expected });
  });
}
