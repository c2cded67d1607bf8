/** DAV:principal-property-search: RFC 3744 §9.4. Only in the person's own institution, and never the whole of it. */
import type { Principal } from '../../ports/directory.ts';
import type { PrincipalSearch, ReportRequest } from '../../wire/dav/reports.ts';
import type { Context } from '../context.ts';
import { DavProblem } from '../errors.ts';
import { propertyKey } from '../properties/registry.ts';
import { answerPrincipals } from './principals.ts';
import { searchableProperties } from './principal-search-property-set.ts';

type Request = Extract<ReportRequest, { kind: 'principal-property-search' }>;

/** Texts that one report may look for: each is a search of the directory. */
const maxSearches = 10;

const searchable = new Set(searchableProperties.map(propertyKey));

export async function principalPropertySearch(context: Context, request: Request): Promise<void> {
  const { principal, domain } = context.viewer;
  const limit = context.options.searchResults;
  if (request.searches.length > maxSearches) throw tooMany(`look for at most ${maxSearches} texts at once`);
  const results: (readonly Principal[])[] = [];
  for (const search of request.searches) {
    results.push(
      isSearchable(search)
        ? await domain.directory.search(
            { domain: principal.domain, text: search.match, limit: limit + 1 },
            context.call,
          )
        : [],
    );
  }
  const found = request.test === 'anyof' ? union(results) : intersection(results);
  if (found.length > limit) throw tooMany('too many match; type more of the name');
  await answerPrincipals(context, found, request.properties);
}

function tooMany(message: string): DavProblem {
  return new DavProblem(403, message, '<D:number-of-matches-within-limits/>');
}

/** An empty text would match everyone. */
function isSearchable(search: PrincipalSearch): boolean {
  return search.match.trim() !== '' && search.properties.every((name) => searchable.has(propertyKey(name)));
}

function union(results: readonly (readonly Principal[])[]): readonly Principal[] {
  return [...new Map(results.flat().map((principal) => [principal.id, principal])).values()];
}

function intersection(results: readonly (readonly Principal[])[]): readonly Principal[] {
  const [first = [], ...rest] = results;
  return first.filter((principal) => rest.every((others) => others.some((other) => other.id === principal.id)));
}
