import test from 'ava';
import { attribute, elements, find, isNamed, text } from './element.ts';
import { xmlOf } from './test-support.ts';

const root = xmlOf('<a xmlns:p="urn:p" k="1" p:k="2"> x <b>1</b>y<p:b>2<c>3</c>4</p:b><b>5</b></a>');

test('elements: children without the text between them', (t) => {
  t.deepEqual(
    elements(root).map((child) => [child.namespace, child.name]),
    [
      ['', 'b'],
      ['urn:p', 'b'],
      ['', 'b'],
    ],
  );
});

test('find: the first child of that name in that namespace, not a descendant', (t) => {
  t.is(text(find(root, '', 'b') ?? root), '1');
  t.is(text(find(root, 'urn:p', 'b') ?? root), '234');
  t.is(find(root, '', 'c'), undefined);
  t.is(find(root, 'urn:x', 'b'), undefined);
});

test('text: of descendants too, white space kept', (t) => t.is(text(root), ' x 1y2345'));

test('attribute: told apart by namespace', (t) => {
  t.is(attribute(root, '', 'k'), '1');
  t.is(attribute(root, 'urn:p', 'k'), '2');
  t.is(attribute(root, '', 'p'), undefined);
});

test('isNamed: name and namespace', (t) => {
  t.true(isNamed(root, '', 'a'));
  t.false(isNamed(root, 'DAV:', 'a'));
});
