/** RFC 4918 §17 and §19: unknown XML is ignored; encodings. */
import { casesOf } from '../case/case.ts';
import { ensureClientError, ensureEqual, ensureStatus } from '../case/outcome.ts';
import type { Target } from '../case/target.ts';
import { davDocument, ownProperty, propertyUpdate, propfindOf, set } from '../dav/bodies.ts';
import { Multistatus, propertyOf } from '../dav/multistatus.ts';
import { dav, own } from '../dav/names.ts';

const { must } = casesOf('RFC 4918');

/** A PROPFIND body that must be understood as one that asks for DAV:resourcetype. */
async function ensureUnderstood(t: Target, body: string | Uint8Array, type = 'application/xml'): Promise<void> {
  await t.givenFile('a.txt');
  const response = await t.send('PROPFIND', 'a.txt', { headers: { 'Content-Type': type, Depth: '0' }, body });
  const answer = Multistatus.of(response).need(t.path('a.txt'));
  ensureEqual(propertyOf(answer, dav('resourcetype'))?.status, 200, 'the status of DAV:resourcetype', response);
}

const resourceType = '<D:prop><D:resourcetype/></D:prop>';

function utf16(text: string): Buffer {
  return Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(text, 'utf16le')]);
}

export const extensibilityCases = [
  must('17', 'unknown-element', 'Unknown elements in a request are ignored.', {}, (t) =>
    ensureUnderstood(t, davDocument('propfind', `<T:unknown><D:allprop/></T:unknown>${resourceType}<T:other/>`)),
  ),
  must('17', 'unknown-dav-element', 'Unknown elements of DAV: are ignored too.', {}, (t) =>
    ensureUnderstood(t, davDocument('propfind', `<D:from-the-future>text</D:from-the-future>${resourceType}`)),
  ),
  must('17', 'unknown-attribute', 'Unknown attributes are ignored.', {}, (t) =>
    ensureUnderstood(t, davDocument('propfind', '<D:prop T:a="1" b="2"><D:resourcetype c="3"/></D:prop>')),
  ),
  must('17', 'comments-and-instructions', 'Comments and processing instructions are ignored.', {}, (t) =>
    ensureUnderstood(t, davDocument('propfind', `<!-- a comment --><?an instruction?>${resourceType}`)),
  ),
  must('17', 'default-namespace', 'The DAV: namespace may be the default one.', {}, (t) =>
    ensureUnderstood(t, '<propfind xmlns="DAV:"><prop><resourcetype/></prop></propfind>'),
  ),
  must('17', 'unusual-prefix', 'The prefix has no meaning.', {}, (t) =>
    ensureUnderstood(t, '<x:propfind xmlns:x="DAV:"><x:prop><y:resourcetype xmlns:y="DAV:"/></x:prop></x:propfind>'),
  ),
  must('17', 'wrong-namespace-root', 'A root that is named propfind but not of DAV: is refused.', {}, async (t) => {
    const body = '<propfind xmlns="urn:x"><prop><resourcetype/></prop></propfind>';
    ensureClientError(await t.sendXml('PROPFIND', '', body, { Depth: '0' }), 'a propfind of another namespace');
  }),
  must(
    '17',
    'unknown-element-in-lockinfo',
    'Unknown elements in lockinfo are ignored.',
    { needs: ['class 2'] },
    async (t) => {
      await t.givenFile('a.txt');
      const info =
        '<T:unknown/><D:lockscope><D:exclusive/></D:lockscope><D:locktype><D:write/></D:locktype><D:novelty>1</D:novelty>';
      const response = await t.sendXml('LOCK', 'a.txt', davDocument('lockinfo', info));
      ensureStatus(response, [200], 'LOCK with unknown elements');
    },
  ),
  must(
    '17',
    'unknown-element-in-propertyupdate',
    'Unknown elements in propertyupdate are ignored.',
    { needs: ['dead-properties'] },
    async (t) => {
      await t.givenFile('a.txt');
      const update = propertyUpdate('<T:unknown><D:prop/></T:unknown>', set(ownProperty('colour', 'blue')));
      ensureStatus(await t.proppatch('a.txt', update), [207, 200], 'PROPPATCH with unknown elements');
      ensureEqual(await t.propertyText('a.txt', own('colour')), 'blue', 'the property');
    },
  ),
  must('19', 'utf-16-request', 'A request body in UTF-16 with a byte order mark is understood.', {}, (t) => {
    const text = `<?xml version="1.0" encoding="utf-16"?><D:propfind xmlns:D="DAV:">${resourceType}</D:propfind>`;
    return ensureUnderstood(t, utf16(text), 'application/xml; charset=utf-16');
  }),
  must('19', 'utf-8-bom', 'A request body in UTF-8 with a byte order mark is understood.', {}, (t) =>
    ensureUnderstood(t, `\uFEFF${propfindOf(dav('resourcetype'))}`),
  ),
  must('19', 'invalid-utf-8', 'A request body that is not the encoding it says is refused.', {}, async (t) => {
    const body = Buffer.from(davDocument('propfind', '<D:prop><T:X/></D:prop>').replace('T:X', 'T:\xff'), 'latin1');
    const headers = { 'Content-Type': 'application/xml', Depth: '0' };
    ensureStatus(await t.send('PROPFIND', '', { headers, body }), [400], 'PROPFIND with invalid UTF-8');
  }),
  must('19', 'character-references', 'Character references are read.', { needs: ['dead-properties'] }, async (t) => {
    await t.givenFile('a.txt');
    await t.proppatch('a.txt', propertyUpdate(set('<T:note>&#xe9;&#233;&amp;<![CDATA[<cdata>]]></T:note>')));
    ensureEqual(await t.propertyText('a.txt', own('note')), 'éé&<cdata>', 'the value');
  }),
];
