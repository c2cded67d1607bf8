/** RFC 9110 §13: conditional requests. */
import { casesOf } from '../case/case.ts';
import { ensure, ensureEqual, ensureStatus } from '../case/outcome.ts';
import type { Target } from '../case/target.ts';
import type { HttpResponse } from '../http/response.ts';
import { waitMs } from './support/wait.ts';

const { must, should } = casesOf('RFC 9110');
const tagged = { needs: ['etag'] } as const;
const dated = { needs: ['last-modified'] } as const;
const both = { needs: ['etag', 'last-modified'] } as const;

const longAgo = 'Mon, 01 Jan 2001 00:00:00 GMT';
const other = '"no-such-entity-tag"';

interface Given {
  readonly etag: string;
  readonly modified: string;
}

async function given(t: Target): Promise<Given> {
  await t.givenFile('a.txt', 'old');
  const etag = t.capabilities.has('etag') ? await t.strongEtag('a.txt') : '';
  return { etag, modified: (await t.send('HEAD', 'a.txt')).header('last-modified') ?? '' };
}

async function ensurePut(t: Target, headers: Record<string, string>, allowed: readonly number[]): Promise<void> {
  const response = await t.put('a.txt', 'new', headers);
  ensureStatus(response, allowed, 'PUT');
  ensureEqual(await t.content('a.txt'), response.status < 300 ? 'new' : 'old', 'the content', response);
}

function ensureNotModified(response: HttpResponse): void {
  ensureStatus(response, [304], 'GET');
  ensureEqual(response.body.length, 0, 'the length of the content', response);
}

/** The three forms of RFC 9110 §5.6.7 for one instant. */
function obsoleteForms(date: string): readonly string[] {
  const instant = new Date(Date.parse(date));
  const days = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
  const [name, day, month, year, time] = date.replace(',', '').split(' ');
  const asctimeDay = String(instant.getUTCDate()).padStart(2, ' ');
  return [
    `${days[instant.getUTCDay()]}, ${day}-${month}-${(year ?? '').slice(2)} ${time} GMT`,
    `${name} ${month} ${asctimeDay} ${time} ${year}`,
  ];
}

export const conditionalCases = [
  must('13.1.1', 'if-match-differs', 'PUT with If-Match of another entity tag is 412.', tagged, async (t) => {
    await given(t);
    await ensurePut(t, { 'If-Match': other }, [412]);
  }),
  must('13.1.1', 'if-match-matches', 'PUT with If-Match of the current entity tag succeeds.', tagged, async (t) => {
    const { etag } = await given(t);
    await ensurePut(t, { 'If-Match': etag }, [200, 204]);
  }),
  must('13.1.1', 'if-match-list', 'One matching entity tag of a list is enough.', tagged, async (t) => {
    const { etag } = await given(t);
    await ensurePut(t, { 'If-Match': `${other}, ${etag}` }, [200, 204]);
  }),
  must('13.1.1', 'if-match-star-mapped', 'If-Match * holds where there is a resource.', tagged, async (t) => {
    await given(t);
    await ensurePut(t, { 'If-Match': '*' }, [200, 204]);
  }),
  must('13.1.1', 'if-match-star-unmapped', 'If-Match * is false where there is none.', tagged, async (t) => {
    ensureStatus(await t.put('new.txt', 'x', { 'If-Match': '*' }), [412], 'PUT of a new file with If-Match: *');
    ensureEqual(await t.content('new.txt'), undefined, 'the file');
  }),
  must(
    '13.1.1',
    'if-match-weak',
    'If-Match compares strongly: a weak entity tag does not match.',
    tagged,
    async (t) => {
      const etag = await t.givenFile('a.txt', 'old').then(() => t.strongEtag('a.txt'));
      await ensurePut(t, { 'If-Match': `W/${etag}` }, [412]);
    },
  ),
  must('13.1.1', 'if-match-delete', 'DELETE with If-Match of another entity tag is 412.', tagged, async (t) => {
    await given(t);
    ensureStatus(await t.delete('a.txt', { 'If-Match': other }), [412], 'DELETE');
    ensureEqual(await t.content('a.txt'), 'old', 'the content');
  }),
  must('13.1.1', 'if-match-move', 'MOVE with If-Match of another entity tag is 412.', tagged, async (t) => {
    await given(t);
    ensureStatus(await t.move('a.txt', 'b.txt', { 'If-Match': other }), [412], 'MOVE');
    ensureEqual(await t.content('a.txt'), 'old', 'the content');
  }),
  must('13.1.1', 'if-match-get', 'GET with If-Match of another entity tag is 412.', tagged, async (t) => {
    await given(t);
    ensureStatus(await t.get('a.txt', { 'If-Match': other }), [412], 'GET');
  }),
  must('13.1.2', 'if-none-match-star-mapped', 'PUT with If-None-Match * does not overwrite.', {}, async (t) => {
    await given(t);
    await ensurePut(t, { 'If-None-Match': '*' }, [412]);
  }),
  must('13.1.2', 'if-none-match-star-unmapped', 'PUT with If-None-Match * makes a new file.', {}, async (t) => {
    ensureStatus(await t.put('new.txt', 'x', { 'If-None-Match': '*' }), [201], 'PUT of a new file');
    ensureEqual(await t.content('new.txt'), 'x', 'the content');
  }),
  must('13.1.2', 'if-none-match-put', 'PUT with If-None-Match of the current entity tag is 412.', tagged, async (t) => {
    const { etag } = await given(t);
    await ensurePut(t, { 'If-None-Match': etag }, [412]);
  }),
  must('13.1.2', 'if-none-match-get', 'GET with If-None-Match of the current entity tag is 304.', tagged, async (t) => {
    const { etag } = await given(t);
    ensureNotModified(await t.get('a.txt', { 'If-None-Match': etag }));
    ensureNotModified(await t.get('a.txt', { 'If-None-Match': `${other}, ${etag}` }));
  }),
  must(
    '13.1.2',
    'if-none-match-differs',
    'GET with If-None-Match of another one returns the content.',
    tagged,
    async (t) => {
      await given(t);
      ensureStatus(await t.get('a.txt', { 'If-None-Match': other }), [200], 'GET');
    },
  ),
  must('13.1.2', 'if-none-match-weak', 'If-None-Match compares weakly.', tagged, async (t) => {
    const { etag } = await given(t);
    ensureNotModified(await t.get('a.txt', { 'If-None-Match': `W/${etag.replace(/^W\//, '')}` }));
  }),
  must(
    '13.1.2',
    'if-none-match-head',
    'HEAD with If-None-Match of the current entity tag is 304.',
    tagged,
    async (t) => {
      const { etag } = await given(t);
      ensureStatus(await t.send('HEAD', 'a.txt', { headers: { 'If-None-Match': etag } }), [304], 'HEAD');
    },
  ),
  must('15.4.5', 'not-modified-fields', 'An answer 304 carries the entity tag.', tagged, async (t) => {
    const { etag } = await given(t);
    const response = await t.get('a.txt', { 'If-None-Match': etag });
    ensureEqual(response.header('etag'), etag, 'the ETag of the answer 304', response);
  }),
  should('13.1.3', 'if-modified-since', 'GET with If-Modified-Since of its Last-Modified is 304.', dated, async (t) => {
    const { modified } = await given(t);
    ensureNotModified(await t.get('a.txt', { 'If-Modified-Since': modified }));
  }),
  must(
    '13.1.3',
    'if-modified-since-older',
    'GET with an older If-Modified-Since returns the content.',
    dated,
    async (t) => {
      await given(t);
      ensureStatus(await t.get('a.txt', { 'If-Modified-Since': longAgo }), [200], 'GET');
    },
  ),
  must('13.1.3', 'if-modified-since-invalid', 'An If-Modified-Since that is no date is ignored.', dated, async (t) => {
    await given(t);
    for (const date of ['yesterday', '2026-01-01T00:00:00Z', 'Mon, 99 Foo 2026 00:00:00 GMT']) {
      ensureStatus(await t.get('a.txt', { 'If-Modified-Since': date }), [200], `GET with "${date}"`);
    }
  }),
  must('13.1.3', 'if-modified-since-put', 'If-Modified-Since is ignored for PUT.', dated, async (t) => {
    const { modified } = await given(t);
    await ensurePut(t, { 'If-Modified-Since': modified }, [200, 204]);
  }),
  must('5.6.7', 'obsolete-dates', 'The two obsolete forms of a date are understood.', dated, async (t) => {
    const { modified } = await given(t);
    for (const date of obsoleteForms(modified)) {
      ensureStatus(await t.get('a.txt', { 'If-Modified-Since': date }), [304], `GET with "${date}"`);
    }
  }),
  must(
    '13.1.4',
    'if-unmodified-since',
    'PUT with an If-Unmodified-Since before the change is 412.',
    dated,
    async (t) => {
      await given(t);
      await ensurePut(t, { 'If-Unmodified-Since': longAgo }, [412]);
    },
  ),
  must('13.1.4', 'if-unmodified-since-current', 'PUT with the current Last-Modified succeeds.', dated, async (t) => {
    const { modified } = await given(t);
    await ensurePut(t, { 'If-Unmodified-Since': modified }, [200, 204]);
  }),
  must(
    '13.1.4',
    'if-unmodified-since-invalid',
    'An If-Unmodified-Since that is no date is ignored.',
    dated,
    async (t) => {
      await given(t);
      await ensurePut(t, { 'If-Unmodified-Since': 'yesterday' }, [200, 204]);
    },
  ),
  must(
    '13.2.2',
    'if-match-before-unmodified',
    'With If-Match, If-Unmodified-Since is not evaluated.',
    both,
    async (t) => {
      const { etag } = await given(t);
      await ensurePut(t, { 'If-Match': etag, 'If-Unmodified-Since': longAgo }, [200, 204]);
    },
  ),
  must(
    '13.2.2',
    'if-none-match-before-modified',
    'With If-None-Match, If-Modified-Since is not evaluated.',
    both,
    async (t) => {
      const { modified } = await given(t);
      const headers = { 'If-None-Match': other, 'If-Modified-Since': modified };
      ensureStatus(await t.get('a.txt', headers), [200], 'GET');
    },
  ),
  must('13.2.2', 'if-match-then-none-match', 'A true If-Match is followed by If-None-Match.', tagged, async (t) => {
    const { etag } = await given(t);
    ensureNotModified(await t.get('a.txt', { 'If-Match': etag, 'If-None-Match': etag }));
    ensureStatus(await t.get('a.txt', { 'If-Match': other, 'If-None-Match': etag }), [412], 'a false If-Match');
  }),
  must(
    '13.2.1',
    'only-when-successful',
    'A precondition does not hide that there is no resource.',
    tagged,
    async (t) => {
      const response = await t.get('nothing.txt', { 'If-None-Match': other });
      ensureStatus(response, [404], 'GET of an unmapped URL with If-None-Match');
    },
  ),
  must('8.8.2', 'last-modified-not-in-future', 'Last-Modified is not later than Date.', dated, async (t) => {
    await given(t);
    await waitMs(10, t.signal);
    const response = await t.get('a.txt');
    const [modified, date] = ['last-modified', 'date'].map((name) => Date.parse(response.header(name) ?? ''));
    ensure((modified ?? 0) <= (date ?? 0), 'Last-Modified is later than Date', response);
  }),
  must('8.8.3', 'strong-etag-differs', 'Different contents have different strong entity tags.', tagged, async (t) => {
    await t.givenFile('a.txt', 'aaaa');
    const first = await t.strongEtag('a.txt');
    await t.givenFile('a.txt', 'bbbb');
    ensure((await t.strongEtag('a.txt')) !== first, 'the strong entity tag is the same for other content');
  }),
];
