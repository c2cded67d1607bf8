import type { Capability } from '../case/case.ts';
import { CaseFailure, CaseSkipped, PreparationError } from '../case/outcome.ts';
import type { Target } from '../case/target.ts';
import { davDocument, ownProperty, propfindOf, propertyUpdate, set } from '../dav/bodies.ts';
import { foundNames, Multistatus, propertyOf } from '../dav/multistatus.ts';
import { clark, dav, own } from '../dav/names.ts';
import type { QualifiedName } from '../dav/names.ts';
import { childrenOf, descendants } from '../dav/xml.ts';
import { elements, text } from '../../gateway/wire/xml/element.ts';

type Probe = (target: Target) => Promise<readonly Capability[]>;

/**
 * Finds out what a server offers, in a collection of its own. A probe that a server answers with an error means that it does not
 * offer the thing; only a broken connection ends the run.
 */
export async function probeCapabilities(target: Target): Promise<ReadonlySet<Capability>> {
  const found = new Set<Capability>();
  const probes: readonly Probe[] = [
    complianceClasses,
    validatorsAndRanges,
    deadProperties,
    liveProperties,
    collectionReports,
    principalReports,
    preferMinimal,
    preferRepresentation,
    depthNoroot,
  ];
  for (const probe of probes) {
    try {
      for (const capability of await probe(target)) found.add(capability);
    } catch (error) {
      if (!(error instanceof CaseFailure || error instanceof PreparationError)) throw error;
    }
  }
  return found;
}

/** RFC 4918 §10.1, RFC 3744 §7.2, RFC 5689 §3.1. */
const complianceClasses: Probe = async (target) => {
  const response = await target.send('OPTIONS', '');
  const tokens = (response.header('dav') ?? '').split(',').map((token) => token.trim().toLowerCase());
  const allowed = (response.header('allow') ?? '').split(',').map((method) => method.trim());
  const found: Capability[] = [];
  if (tokens.includes('1')) found.push('class 1');
  if (tokens.includes('2')) found.push('class 2');
  if (tokens.includes('3')) found.push('class 3');
  if (tokens.includes('access-control')) found.push('access-control');
  if (tokens.includes('access-control') && allowed.includes('ACL')) found.push('acl-method');
  if (tokens.includes('extended-mkcol')) found.push('extended-mkcol');
  return found;
};

const validatorsAndRanges: Probe = async (target) => {
  await target.givenFile('probe.txt', 'probe');
  const response = await target.get('probe.txt', { Range: 'bytes=0-0' });
  const found: Capability[] = [];
  if (await hasStrongEtags(target)) found.push('etag');
  if (response.header('last-modified') !== undefined) found.push('last-modified');
  if (response.status === 206) found.push('ranges');
  return found;
};

async function hasStrongEtags(target: Target): Promise<boolean> {
  try {
    return (await target.strongEtag('probe.txt')) !== '';
  } catch (error) {
    if (error instanceof CaseSkipped) return false;
    throw error;
  }
}

const deadProperties: Probe = async (target) => {
  await target.proppatch('probe.txt', propertyUpdate(set(ownProperty('probe', 'kept'))));
  const answer = await target.property('probe.txt', own('probe'));
  return answer?.status === 200 && answer.text === 'kept' ? ['dead-properties'] : [];
};

const liveProperties: Probe = async (target) => {
  const found: Capability[] = [];
  if ((await target.property('', dav('quota-used-bytes')))?.status === 200) found.push('quota');
  if ((await principalPath(target)) !== undefined) found.push('current-user-principal');
  return found;
};

const collectionReports: Probe = async (target) => {
  const known: readonly Capability[] = ['sync-collection', 'expand-property', 'acl-principal-prop-set'];
  const reports = await supportedReports(target, '');
  return known.filter((name) => reports.includes(name));
};

/** RFC 3744 §9: these reports are sent to principals and to the collections that hold them. */
const principalReports: Probe = async (target) => {
  const known: readonly Capability[] = [
    'principal-match',
    'principal-property-search',
    'principal-search-property-set',
    'expand-property',
  ];
  const collection = await principalCollectionPath(target);
  const reports = collection === undefined ? [] : await supportedReports(target, collection);
  return known.filter((name) => reports.includes(name));
};

const preferMinimal: Probe = async (target) => {
  const body = propfindOf(dav('resourcetype'), own('never-set'));
  const answer = await target.propfind('probe.txt', body, '0', { Prefer: 'return=minimal' });
  const response = answer.need(target.path('probe.txt'));
  return propertyOf(response, own('never-set')) === undefined ? ['prefer-minimal'] : [];
};

const preferRepresentation: Probe = async (target) => {
  const response = await target.put('probe.txt', 'represented', { Prefer: 'return=representation' });
  return response.status < 300 && response.text === 'represented' ? ['prefer-representation'] : [];
};

const depthNoroot: Probe = async (target) => {
  const response = await target.sendXml('PROPFIND', '', propfindOf(dav('resourcetype')), {
    Depth: '1',
    Prefer: 'depth-noroot',
  });
  return Multistatus.of(response).at(target.home) === undefined ? ['depth-noroot'] : [];
};

/** The names of the reports of `DAV:` that a resource says it supports: RFC 3253 §3.1.5. */
export async function supportedReports(target: Target, name: string): Promise<readonly string[]> {
  const answer = await target.property(name, dav('supported-report-set'));
  if (answer?.status !== 200) return [];
  return descendants(answer.element, dav('report')).flatMap((report) => elements(report).map((one) => one.name));
}

/** The path of the principal that the credentials belong to: RFC 5397 §3. `undefined`: the server does not say. */
export function principalPath(target: Target): Promise<string | undefined> {
  return hrefProperty(target, '', dav('current-user-principal'));
}

/** The first collection of principals: RFC 3744 §5.8. */
export function principalCollectionPath(target: Target): Promise<string | undefined> {
  return hrefProperty(target, '', dav('principal-collection-set'));
}

/** The path of the first DAV:href inside a property; `undefined` where there is none. */
export async function hrefProperty(target: Target, name: string, property: QualifiedName): Promise<string | undefined> {
  const multistatus = await target.propfind(name, davDocument('propfind', `<D:prop><D:${property.name}/></D:prop>`));
  const response = multistatus.need(target.path(name));
  if (!foundNames(response).includes(clark(property))) return undefined;
  const answer = propertyOf(response, property);
  const href = answer === undefined ? undefined : childrenOf(answer.element, dav('href'))[0];
  if (href === undefined) return undefined;
  const url = text(href).trim();
  return url.startsWith('/') ? url : new URL(url).pathname;
}
