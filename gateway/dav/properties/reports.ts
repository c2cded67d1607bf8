/** DAV:supported-report-set (RFC 3253 §3.1.5): the same table that dispatches REPORT says what there is. */
import type { Item, LiveProperty } from './item.ts';

/** What a report may be asked of. */
export type ReportScope = 'collection' | 'node' | 'principals' | 'any';

/** Every report by name, and on what it is offered. */
export const reportScopes = {
  'sync-collection': 'collection',
  'expand-property': 'any',
  'acl-principal-prop-set': 'node',
  'principal-match': 'principals',
  'principal-property-search': 'principals',
  'principal-search-property-set': 'principals',
} as const satisfies Readonly<Record<string, ReportScope>>;

export type ReportName = keyof typeof reportScopes;

export function offersReport(name: ReportName, item: Pick<Item, 'kind'> & Partial<Item>): boolean {
  switch (reportScopes[name]) {
    case 'any':
      return true;
    case 'node':
      return item.kind === 'node';
    case 'collection':
      return item.kind === 'node' && 'node' in item && item.node?.type === 'collection';
    case 'principals':
      return item.kind === 'static';
  }
}

export const reportProperties: readonly LiveProperty[] = [
  {
    namespace: 'DAV:',
    name: 'supported-report-set',
    inAllprop: false,
    format: (item) => {
      const names = (Object.keys(reportScopes) as ReportName[]).filter((name) => offersReport(name, item));
      const reports = names.map((name) => `<D:supported-report><D:report><D:${name}/></D:report></D:supported-report>`);
      return `<D:supported-report-set>${reports.join('')}</D:supported-report-set>`;
    },
  },
];
