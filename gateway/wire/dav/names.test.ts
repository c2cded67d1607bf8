import test from 'ava';
import { elements } from '../xml/element.ts';
import { xmlOf } from '../xml/test-support.ts';
import { distinctNames, keyOf } from './names.ts';

test('keyOf: Clark notation tells names in different namespaces apart', (t) => {
  t.is(keyOf({ namespace: 'DAV:', name: 'a' }), '{DAV:}a');
  t.is(keyOf({ namespace: '', name: 'a' }), '{}a');
});

test('distinctNames: each once, in order, whatever the prefix', (t) => {
  const root = xmlOf('<r xmlns:p="u" xmlns:q="u"><p:a/><b/><q:a/><a/></r>');
  t.deepEqual(distinctNames(elements(root)), [
    { namespace: 'u', name: 'a' },
    { namespace: '', name: 'b' },
    { namespace: '', name: 'a' },
  ]);
});
