/** The statements behind `Directory.search`. */
import type { PrincipalKind } from '../../gateway/ports/directory.ts';
import type { SqlQueries } from '../sql/engine.ts';
import { list, type SqlList } from '../sql/list.ts';
import { queryWords } from '../shared/accounts/search-words.ts';
import type { PrincipalRow } from './rows.ts';

export interface RowQuery {
  /** Canonical. */
  readonly domain: string;
  readonly text: string | undefined;
  readonly kinds: readonly PrincipalKind[];
  readonly limit: number;
}

/** All words that begin so: `first` itself and everything below `last`, octet by octet. */
interface WordRange {
  readonly first: string;
  readonly last: string;
}

interface CountedRange extends WordRange {
  /** How many have such a word; `manyHits` stands for more, too. */
  readonly hits: number;
}

/** As many hits on every word's start: it is cheaper to go through the names in order until enough fit. */
const manyHits = 10_000;
/** So many words of a text decide, the longest of them. */
const maxWords = 4;

const range = (start: string): WordRange => ({ first: start, last: `${start}\u{10ffff}` });
/** Every principal has a word, so that this one is no condition. */
const anyWord = range('');

/** Active principals in order of name. */
export async function searchRows(read: SqlQueries, query: RowQuery): Promise<readonly PrincipalRow[]> {
  const kinds = list(query.kinds);
  const words = queryWords(query.text ?? '').slice(0, maxWords);
  if (words.length === 0) return allRows(read, query, kinds);
  const counted = await Promise.all(words.map((word) => countHits(read, query.domain, range(word))));
  const [a, b = anyWord, c = anyWord, d = anyWord] = counted.sort((one, other) => one.hits - other.hits);
  if (a === undefined || a.hits === 0) return [];
  return a.hits < manyHits
    ? rowsByWord(read, query, kinds, [a, b, c, d])
    : rowsByName(read, query, kinds, [a, b, c, d]);
}

async function countHits(read: SqlQueries, domain: string, word: WordRange): Promise<CountedRange> {
  const row = await read.get<{ hits: number }>`select count(*) as hits from (
    select 1 as hit from principal_word where domain = ${domain} and word >= ${word.first} and word < ${word.last}
    limit ${manyHits}) as counted`;
  return { ...word, hits: row?.hits ?? 0 };
}

type Ranges = readonly [WordRange, WordRange, WordRange, WordRange];

function allRows(read: SqlQueries, { domain, limit }: RowQuery, kinds: SqlList): Promise<readonly PrincipalRow[]> {
  return read.all<PrincipalRow>`
    select * from principal
    where domain = ${domain} and state = 'active' and kind in ${kinds}
    order by sort_name, id limit ${limit}`;
}

/** Few have the first word: from its hits to the principals. */
function rowsByWord(
  read: SqlQueries,
  { domain, limit }: RowQuery,
  kinds: SqlList,
  [a, b, c, d]: Ranges,
): Promise<readonly PrincipalRow[]> {
  return read.all<PrincipalRow>`
    with hit (id) as materialized (
      select distinct principal_id from principal_word
      where domain = ${domain} and word >= ${a.first} and word < ${a.last}
    )
    select p.*
    from hit join principal p on p.id = hit.id
    where p.state = 'active' and p.kind in ${kinds}
      and exists (select 1 from principal_word w where w.principal_id = p.id and w.word >= ${b.first} and w.word < ${b.last})
      and exists (select 1 from principal_word w where w.principal_id = p.id and w.word >= ${c.first} and w.word < ${c.last})
      and exists (select 1 from principal_word w where w.principal_id = p.id and w.word >= ${d.first} and w.word < ${d.last})
    order by p.sort_name, p.id limit ${limit}`;
}

/** Many have every word: from the names in order to their words, until there are enough. */
function rowsByName(
  read: SqlQueries,
  { domain, limit }: RowQuery,
  kinds: SqlList,
  [a, b, c, d]: Ranges,
): Promise<readonly PrincipalRow[]> {
  return read.all<PrincipalRow>`
    select p.*
    from principal p
    where p.domain = ${domain} and p.state = 'active' and p.kind in ${kinds}
      and exists (select 1 from principal_word w where w.principal_id = p.id and w.word >= ${a.first} and w.word < ${a.last})
      and exists (select 1 from principal_word w where w.principal_id = p.id and w.word >= ${b.first} and w.word < ${b.last})
      and exists (select 1 from principal_word w where w.principal_id = p.id and w.word >= ${c.first} and w.word < ${c.last})
      and exists (select 1 from principal_word w where w.principal_id = p.id and w.word >= ${d.first} and w.word < ${d.last})
    order by p.sort_name, p.id limit ${limit}`;
}
