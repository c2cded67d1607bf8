/** RFC 4918 §10.1 and §18: OPTIONS, compliance classes; RFC 9110 §9: methods. */
import { casesOf } from '../case/case.ts';
import { ensure, ensureEqual, ensureStatus, skipUnless } from '../case/outcome.ts';

const { must, may } = casesOf('RFC 4918');
const http = casesOf('RFC 9110');
const classOne = ['OPTIONS', 'GET', 'HEAD', 'PUT', 'DELETE', 'PROPFIND', 'PROPPATCH', 'COPY', 'MOVE'];

function listOf(field: string | undefined): readonly string[] {
  return (field ?? '').split(',').map((item) => item.trim());
}

export const optionsCases = [
  must('10.1', 'dav-header', 'OPTIONS of a file answers with DAV and class 1.', {}, async (t) => {
    await t.givenFile('a.txt');
    const response = await t.send('OPTIONS', 'a.txt');
    ensureStatus(response, [200, 204], 'OPTIONS');
    ensure(listOf(response.header('dav')).includes('1'), `DAV is ${response.header('dav')}`, response);
  }),
  must('10.1', 'dav-header-of-collection', 'OPTIONS of a collection answers with DAV and class 1.', {}, async (t) => {
    const response = await t.send('OPTIONS', '');
    ensure(listOf(response.header('dav')).includes('1'), `DAV is ${response.header('dav')}`, response);
  }),
  must('18.1', 'class-1-methods', 'Allow of a file lists the methods of class 1.', {}, async (t) => {
    await t.givenFile('a.txt');
    const response = await t.send('OPTIONS', 'a.txt');
    const allowed = listOf(response.header('allow'));
    const missing = classOne.filter((method) => !allowed.includes(method));
    ensureEqual(missing.join(), '', 'the methods that Allow leaves out', response);
  }),
  must(
    '18.2',
    'class-2-methods',
    'Allow of a class 2 resource lists LOCK and UNLOCK.',
    { needs: ['class 2'] },
    async (t) => {
      await t.givenFile('a.txt');
      const response = await t.send('OPTIONS', 'a.txt');
      const allowed = listOf(response.header('allow'));
      ensure(allowed.includes('LOCK') && allowed.includes('UNLOCK'), `Allow is ${allowed.join(', ')}`, response);
    },
  ),
  must('18', 'class-2-and-3-imply-1', 'A server of class 2 or 3 says class 1 too.', {}, async (t) => {
    const classes = listOf((await t.send('OPTIONS', '')).header('dav'));
    skipUnless(classes.includes('2') || classes.includes('3'), 'neither class 2 nor class 3');
    ensure(classes.includes('1'), `DAV is ${classes.join(', ')}`);
  }),
  may('18.3', 'class-3', 'The server says that it follows RFC 4918 and not only RFC 2518: class 3.', {}, async (t) => {
    const response = await t.send('OPTIONS', '');
    ensure(listOf(response.header('dav')).includes('3'), `DAV is ${response.header('dav')}`, response);
  }),
  http.must('15.5.6', 'not-allowed-has-allow', 'An answer 405 lists in Allow what is allowed.', {}, async (t) => {
    await t.givenCollection('sub');
    const response = await t.mkcol('sub/');
    ensureStatus(response, [405], 'MKCOL of an existing collection');
    ensure(response.header('allow') !== undefined, 'the answer 405 has no Allow', response);
    ensure(!listOf(response.header('allow')).includes('MKCOL'), 'Allow lists the method that is not allowed', response);
  }),
  http.should(
    '15.6.2',
    'unknown-method',
    'A method that the server does not know is answered with 501 or 405.',
    {},
    async (t) => {
      await t.givenFile('a.txt');
      const response = await t.send('FROBNICATE', 'a.txt');
      // Parsers of HTTP that have a fixed list of methods answer 400 before anyone can say 501.
      ensureStatus(response, [400, 405, 501], 'an unknown method');
      ensureEqual(await t.content('a.txt'), 'content of a.txt\n', 'the file');
    },
  ),
  http.must('9.1', 'methods-are-case-sensitive', 'The name of a method is case-sensitive.', {}, async (t) => {
    await t.givenFile('a.txt');
    const response = await t.send('delete', 'a.txt');
    ensure(response.status >= 400, `the method "delete" was answered with ${response.status}`, response);
    ensureEqual(await t.content('a.txt'), 'content of a.txt\n', 'the file');
  }),
];
