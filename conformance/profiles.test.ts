import test from 'ava';
import { profiles } from './profiles.ts';

for (const [name, cases] of profiles) {
  test(`conformance profile ${name}: ids are unique, and begin with standard and section`, (t) => {
    const ids = cases.map((one) => one.id);
    t.is(new Set(ids).size, ids.length);
    for (const one of cases) {
      const prefix = `${one.standard.toLowerCase().replace(' ', '')}-${one.section}-`;
      t.true(one.id.startsWith(prefix), one.id);
      t.regex(one.id, /^[a-z0-9.-]+$/);
      t.regex(one.title, /\.$/, `${one.id}: the title is a sentence`);
    }
  });
}

test('conformance profile webdav: at least 120 cases', (t) => {
  t.true((profiles.get('webdav') ?? []).length >= 120);
});
