/** What is measured: each scenario is prepared once on every server and then run in turns. */
import { syncCollectionBody } from './load/sessions.ts';
import type { RequestJob, SyncPagesJob } from './load/job.ts';
import { smallFileOctets, type MeasuredServer, type ServerName } from './servers.ts';

export interface Scenario {
  /** For `--only`. */
  readonly name: string;
  readonly title: string;
  /** `requests`: rate in requests a second. `octets`: in MB a second. */
  readonly unit: 'requests' | 'octets';
  readonly connections: number;
  /** Requests of each connection before time is taken. */
  readonly warmUp: number;
  /** Servers that can do it. */
  readonly servers: readonly ServerName[];
  /** Called once for each server, before anything of the scenario is measured there. */
  prepare(server: MeasuredServer, fixtures: Fixtures): Promise<void>;
  /** @param round counts from 0; uploads of every round go to a folder of their own */
  work(server: MeasuredServer, round: number): Promise<RequestJob | SyncPagesJob>;
  /** Called after each round. @throws Error when the server does not hold what it said it did */
  verify?(server: MeasuredServer, round: number): Promise<void>;
}

/** Things that several scenarios need, made once a server. */
export interface Fixtures {
  folderOf(server: MeasuredServer, count: number): Promise<void>;
  largeFile(server: MeasuredServer): Promise<void>;
}

export interface Sizes {
  /** Members of the large folder: 100,000 unless a test says less. */
  readonly largeFolder: number;
  /** Octets of the large file: 100,000,000 unless a test says less. */
  readonly largeFileOctets: number;
}

export const defaultSizes: Sizes = { largeFolder: 100_000, largeFileOctets: 100_000_000 };

const all: readonly ServerName[] = ['passerelle', 'apache', 'nginx'];
const xml = { 'content-type': 'application/xml; charset=utf-8' };

/** What a sync client asks of a folder, as far as all three servers have it alive (nginx has no getetag). */
const listingBody =
  '<?xml version="1.0" encoding="utf-8"?><D:propfind xmlns:D="DAV:"><D:prop>' +
  '<D:resourcetype/><D:getcontentlength/><D:getlastmodified/><D:getetag/></D:prop></D:propfind>';

export function createFixtures(sizes: Sizes): Fixtures {
  const made = new Set<string>();
  const once = async (key: string, make: () => Promise<void>): Promise<void> => {
    if (made.has(key)) return;
    made.add(key);
    await make();
  };
  return {
    folderOf: (server, count) => once(`${server.name} ${count}`, () => server.fill(folderName(count), count)),
    largeFile: (server) => once(`${server.name} file`, () => server.makeFile('large.bin', sizes.largeFileOctets)),
  };
}

function folderName(count: number): string {
  return `of-${count}`;
}

function listing(name: string, count: number, connections: number): Scenario {
  return {
    name,
    title: `PROPFIND depth 1, ${count.toLocaleString('en')} entries`,
    unit: 'requests',
    connections,
    warmUp: connections === 1 ? 1 : 2,
    servers: all,
    prepare: (server, fixtures) => fixtures.folderOf(server, count),
    work: async (server) => ({
      kind: 'request',
      method: 'PROPFIND',
      path: `${server.base}${folderName(count)}/`,
      headers: { ...xml, depth: '1' },
      body: listingBody,
      statuses: [207],
      firstAnswer: { needle: 'href>', count: 2 * (count + 1) },
    }),
  };
}

/** The same whole listing, as RFC 6578 clients take it: pages of 1,000. */
function pagedListing(count: number): Scenario {
  return {
    name: 'sync-pages',
    title: `sync-collection in pages of 1,000, ${count.toLocaleString('en')} entries`,
    unit: 'requests',
    connections: 1,
    warmUp: 1,
    servers: ['passerelle'],
    prepare: (server, fixtures) => fixtures.folderOf(server, count),
    work: async (server) => ({
      kind: 'sync-pages',
      path: `${server.base}${folderName(count)}/`,
      headers: { ...xml, depth: '0' },
      limit: 1000,
      members: count,
    }),
  };
}

/** A client that asks whether anything changed, when nothing did. */
function poll(count: number): Scenario {
  return {
    name: `poll-${count}`,
    title: `sync-collection, nothing changed, ${count.toLocaleString('en')} entries`,
    unit: 'requests',
    connections: 8,
    warmUp: 20,
    servers: ['passerelle'],
    prepare: (server, fixtures) => fixtures.folderOf(server, count),
    work: async (server) => {
      const path = `${server.base}${folderName(count)}/`;
      return {
        kind: 'request',
        method: 'REPORT',
        path,
        headers: { ...xml, depth: '0' },
        body: syncCollectionBody(await syncTokenOf(server, path), undefined),
        statuses: [207],
        firstAnswer: { needle: ':response>', count: 0 },
      };
    },
  };
}

async function syncTokenOf(server: MeasuredServer, path: string): Promise<string> {
  const body = '<D:propfind xmlns:D="DAV:"><D:prop><D:sync-token/></D:prop></D:propfind>';
  const answer = await server.client.request('PROPFIND', path, { headers: { ...xml, depth: '0' }, body });
  const token = /<[A-Za-z]+:sync-token>([^<]+)</.exec(answer.text)?.[1];
  if (token === undefined) throw new Error(`no sync-token in ${answer.status} ${answer.text.slice(0, 200)}`);
  return token;
}

function download(name: string, title: string, octets: number, connections: number): Scenario {
  const isLarge = name.includes('large');
  return {
    name,
    title,
    unit: isLarge ? 'octets' : 'requests',
    connections,
    warmUp: isLarge ? 1 : 20,
    servers: all,
    prepare: (server, fixtures) => (isLarge ? fixtures.largeFile(server) : fixtures.folderOf(server, 1000)),
    work: async (server) => ({
      kind: 'request',
      method: 'GET',
      path: server.base + (isLarge ? 'large.bin' : `${folderName(1000)}/file%20000500.txt`),
      headers: {},
      body: undefined,
      statuses: [200],
      answerOctets: octets,
    }),
  };
}

function upload(name: string, title: string, octets: number, connections: number): Scenario {
  const isLarge = name.includes('large');
  const folder = (round: number): string => `${name}-${round}`;
  return {
    name,
    title,
    unit: isLarge ? 'octets' : 'requests',
    connections,
    warmUp: isLarge ? 1 : 5,
    servers: all,
    prepare: async () => {},
    work: async (server, round) => {
      await server.makeFolder(folder(round));
      return {
        kind: 'request',
        method: 'PUT',
        // A large one replaces the one before it, so that the disk does not fill up.
        path: `${server.base}${folder(round)}/${isLarge ? 'up-{c}' : 'up-{c}-{n}'}.bin`,
        headers: { 'content-type': 'application/octet-stream' },
        body: octets,
        statuses: [201, 204],
        answerOctets: 'any',
      };
    },
    verify: async (server, round) => {
      const path = `${server.base}${folder(round)}/${isLarge ? 'up-0' : 'up-0-1'}.bin`;
      const { status, headers } = await server.client.request('HEAD', path);
      if (status !== 200 || headers['content-length'] !== String(octets)) {
        throw new Error(
          `${server.name}: an upload of ${octets} octets is there with ${status} ${headers['content-length']}`,
        );
      }
      await server.client.request('DELETE', `${server.base}${folder(round)}/`);
    },
  };
}

export function createScenarios(sizes: Sizes): readonly Scenario[] {
  const megabytes = `${Math.round(sizes.largeFileOctets / 1e6)} MB`;
  return [
    listing('propfind', 1000, 8),
    listing('propfind-large', sizes.largeFolder, 1),
    pagedListing(sizes.largeFolder),
    download('get-small', 'GET 1 kB', smallFileOctets, 16),
    download('get-large', `GET ${megabytes}`, sizes.largeFileOctets, 2),
    upload('put-small', 'PUT 1 kB', smallFileOctets, 16),
    upload('put-large', `PUT ${megabytes}`, sizes.largeFileOctets, 2),
    ...[...new Set([100, 1000, 10_000, sizes.largeFolder])].map(poll),
  ];
}
