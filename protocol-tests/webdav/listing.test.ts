/** A folder that is listed again and again is always the folder as it is. */
import test from 'ava';
import { propfind, xmlHeaders } from '../support/dav.ts';
import { startGateway } from '../support/gateway.ts';

for (const workers of [1, 2]) {
  test(`rfc4918 9.1: a listing shows every change at once, however often it was asked for (workers: ${workers})`, async (t) => {
    await using gateway = await startGateway({ workers });
    // A connection for each request, so that several processes answer.
    using client = gateway.client(gateway.user, false);
    const folder = `${new URL(gateway.davUrl()).pathname}f/`;
    await client.request('MKCOL', folder);
    const listing = async (): Promise<Record<string, string | undefined>> => {
      const answers = await Promise.all([0, 1, 2, 3].map(() => list()));
      for (const answer of answers) t.deepEqual(answer, answers[0]);
      return answers[0] ?? {};
    };
    const list = async (): Promise<Record<string, string | undefined>> => {
      const colour = '<X:colour xmlns:X="urn:test"/>';
      const { responses } = await propfind(client, folder, '1', 'getcontentlength', 'resourcetype', colour);
      const entries = responses.slice(1).map(({ href, properties }) => {
        const found = properties.get('{urn:test}colour');
        const value = found?.status === 200 ? found.text : '';
        return [href.slice(folder.length), `${properties.get('{DAV:}getcontentlength')?.text}${value}`] as const;
      });
      return Object.fromEntries(entries);
    };
    const to = (name: string): Record<string, string> => ({ destination: `${gateway.davUrl()}f/${name}` });
    t.deepEqual(await listing(), {});
    await client.request('PUT', `${folder}a`, { body: '1' });
    t.deepEqual(await listing(), { a: '1' });
    await client.request('PUT', `${folder}a`, { body: '22' });
    t.deepEqual(await listing(), { a: '2' });
    const body =
      '<D:propertyupdate xmlns:D="DAV:"><D:set><D:prop><X:colour xmlns:X="urn:test">red</X:colour></D:prop></D:set></D:propertyupdate>';
    await client.request('PROPPATCH', `${folder}a`, { headers: xmlHeaders, body });
    t.deepEqual(await listing(), { a: '2red' });
    await client.request('COPY', `${folder}a`, { headers: to('b') });
    t.deepEqual(await listing(), { a: '2red', b: '2red' });
    await client.request('MOVE', `${folder}a`, { headers: to('c') });
    t.deepEqual(await listing(), { b: '2red', c: '2red' });
    await client.request('DELETE', `${folder}b`);
    t.deepEqual(await listing(), { c: '2red' });
    await client.request('MKCOL', `${folder}d/`);
    t.deepEqual(Object.keys(await listing()), ['c', 'd/']);
    await client.request('MOVE', folder, { headers: { destination: `${gateway.davUrl()}g/` } });
    const moved = await propfind(client, folder.replace(/f\/$/, 'g/'), '1', 'resourcetype');
    t.deepEqual(
      moved.responses.map(({ href }) => href.replace(/.*\/g\//, 'g/')),
      ['g/', 'g/c', 'g/d/'],
    );
  });
}
