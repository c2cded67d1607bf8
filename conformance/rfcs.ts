/**
 * The index of standards: `rfcs.yaml` says what of which section is done and which tests show it; the pages under
 * `docs/protocols/` are made from it. `node conformance/rfcs.ts` writes them.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { parseYaml } from './yaml.ts';

export const statuses = ['done', 'partial', 'not-applicable', 'planned'] as const;
export type Status = (typeof statuses)[number];

/** What is said about one section of a standard. */
export interface SectionEntry {
  readonly section: string;
  readonly title: string;
  readonly status: Status;
  /** Empty: nothing to add. */
  readonly note: string;
  /**
   * Ids of conformance cases (an asterisk at the end stands for all that begin so), or test files below the root of the repository.
   */
  readonly tests: readonly string[];
}

export interface StandardEntry {
  readonly standard: string;
  readonly title: string;
  /** The page it is on: `webdav` is `docs/protocols/webdav.md`. */
  readonly protocol: string;
  readonly sections: readonly SectionEntry[];
}

const source = new URL('rfcs.yaml', import.meta.url);

/**
 * Reads the index.
 *
 * @throws Error with every problem that it has
 */
export async function readRfcs(): Promise<readonly StandardEntry[]> {
  return parseRfcs(await readFile(source, 'utf8'));
}

/** As `readRfcs`, from text. */
export function parseRfcs(yaml: string): readonly StandardEntry[] {
  const problems: string[] = [];
  const list: unknown = parseYaml(yaml);
  if (!Array.isArray(list)) throw new Error('the index is not a YAML sequence');
  const standards = list.map((item: unknown, index) => parseStandard(item, `entry ${index + 1}`, problems));
  if (problems.length > 0) throw new Error(problems.join('\n'));
  return standards;
}

function parseStandard(item: unknown, where: string, problems: string[]): StandardEntry {
  const fields = Object(item) as Record<string, unknown>;
  const standard = textOf(fields, 'standard', where, problems);
  const sections = Array.isArray(fields['sections']) ? (fields['sections'] as readonly unknown[]) : [];
  if (sections.length === 0) problems.push(`${where}: ${standard} has no sections`);
  return {
    standard,
    title: textOf(fields, 'title', where, problems),
    protocol: textOf(fields, 'protocol', where, problems),
    sections: sections.map((section, index) => parseSection(section, `${standard}, section ${index + 1}`, problems)),
  };
}

function parseSection(item: unknown, where: string, problems: string[]): SectionEntry {
  const fields = Object(item) as Record<string, unknown>;
  const status = statuses.find((one) => one === fields['status']);
  if (status === undefined) problems.push(`${where}: status is none of ${statuses.join(', ')}`);
  const tests: readonly unknown[] = Array.isArray(fields['tests']) ? fields['tests'] : [];
  const names = tests.filter((test) => typeof test === 'string');
  if (names.length !== tests.length) problems.push(`${where}: tests holds something that is no text`);
  if (status === 'done' && names.length === 0) problems.push(`${where}: done, but no test is named`);
  return {
    section: textOf(fields, 'section', where, problems),
    title: textOf(fields, 'title', where, problems),
    status: status ?? 'planned',
    note: typeof fields['note'] === 'string' ? fields['note'].trim() : '',
    tests: names,
  };
}

function textOf(fields: Record<string, unknown>, name: string, where: string, problems: string[]): string {
  const value = fields[name];
  if (typeof value === 'string' && value !== '') return value;
  problems.push(`${where}: ${name} is missing or no text`);
  return '';
}

/** The pages by their path below the root of the repository. */
export async function renderProtocolPages(): Promise<Map<string, string>> {
  const standards = await readRfcs();
  const protocols = [...new Set(standards.map((one) => one.protocol))];
  return new Map(
    protocols.map((protocol) => [
      `docs/protocols/${protocol}.md`,
      renderPage(
        protocol,
        standards.filter((one) => one.protocol === protocol),
      ),
    ]),
  );
}

const names: Readonly<Record<string, string>> = { webdav: 'WebDAV' };

function renderPage(protocol: string, standards: readonly StandardEntry[]): string {
  return [
    '<!-- Made by `node conformance/rfcs.ts` from conformance/rfcs.yaml. -->',
    '',
    `# ${names[protocol] ?? protocol}: what is done of which standard`,
    '',
    'Status: **done**: what the section asks of a server is there and the tests pass; **partial**: the note says what is missing; **planned**:',
    'nothing yet; **not-applicable**: the section asks nothing of this server. Tests: ids of conformance cases',
    '(`npm run conformance -- --list`; an asterisk stands for all that begin so) or test files.',
    '',
    ...standards.flatMap(renderStandard),
  ].join('\n');
}

function renderStandard(entry: StandardEntry): readonly string[] {
  const rows = entry.sections.map((one) => {
    const tests = one.tests.map((test) => `\`${test}\``).join(', ');
    return `| ${cell(one.section)} | ${cell(one.title)} | ${one.status} | ${cell(one.note)} | ${tests} |`;
  });
  return [
    `## ${entry.standard}: ${entry.title}`,
    '',
    '| section | subject | status | note | tests |',
    '| --- | --- | --- | --- | --- |',
    ...rows,
    '',
  ];
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}

if (import.meta.main) {
  await mkdir(new URL('../docs/protocols/', import.meta.url), { recursive: true });
  for (const [path, text] of await renderProtocolPages()) {
    await writeFile(fileURLToPath(new URL(`../${path}`, import.meta.url)), text);
  }
}
