/** `docs/configuration.md`, made from the schemas of the configuration. */
import { describeConfig } from '../gateway/wiring/config/describe.ts';
import type { KeyDescription } from '../gateway/wiring/config/describe.ts';

const introduction = `# Configuration

<!-- Made from the schemas by \`npm run docs\`; do not edit. -->

A gateway without a configuration runs on an embedded default: everything below has the value shown. With
\`--config FILE\` (or \`PASSERELLE_CONFIG\`) it reads a YAML 1.2 file. [config.example.yaml](../config.example.yaml) has every key
with a comment. \`passerelle config check FILE\` shows every problem at once, each with its line; the gateway refuses to start with
any, and nothing listens before everything was checked.

- **duration**: \`250ms\`, \`30s\`, \`5m\`, \`2h\`, \`7d\`, or a number of seconds.
- **size**: \`64KiB\`, \`10MB\`, \`10GB\`, or a number of octets. \`kB\`, \`MB\`, \`GB\`, \`TB\` are powers of 1000; \`KiB\`, \`MiB\`, \`GiB\`,
  \`TiB\` are powers of 1024.
- **secret**: \`\${NAME}\` of an environment variable, or \`file:PATH\`; never the secret itself. Everything that prints one
  prints \`[secret]\`. Inside \`{ }\` YAML wants quotes round it: \`{ keyPassphrase: '\${NAME}' }\`.
- **path**: relative paths begin at the folder of the configuration file, those of adapters at \`server.dataDir\`.
- **adapter name**: a key of \`adapters\`.
- A key that is unknown is a problem, so that a slip of the pen is not taken for a default.

SIGHUP reads the file again. What it can change while the gateway runs: \`logging\`, \`limits.dav\`, \`limits.auth\`, \`upkeep\`,
\`limits\` of domains and \`defaults\`, \`server.drainTimeout\`, and certificates. The log names what was taken over and what needs a
restart. A file with problems changes nothing.
`;

/** Sections of the first level become headings, the keys below them one table each. */
export function configurationPage(): string {
  const keys = describeConfig();
  const parts = [introduction];
  for (const key of keys) {
    if (!key.isSection) continue;
    const level = key.path.split('.').length;
    parts.push(`${'#'.repeat(Math.min(level + 1, 4))} \`${key.path}\`\n\n${key.description}\n`);
    const direct = keys.filter((other) => isDirectlyBelow(other, key, keys));
    if (direct.length > 0) parts.push(tableOf(direct, key.path));
  }
  return `${parts.join('\n').trimEnd()}\n`;
}

/** A key belongs to the table of the closest section around it. */
function isDirectlyBelow(key: KeyDescription, section: KeyDescription, all: readonly KeyDescription[]): boolean {
  if (key.isSection || !key.path.startsWith(`${section.path}.`)) return false;
  return !all.some(
    (other) => other.isSection && other.path.length > section.path.length && key.path.startsWith(`${other.path}.`),
  );
}

function tableOf(keys: readonly KeyDescription[], sectionPath: string): string {
  const rows = keys.map((key) => {
    const name = key.path.slice(sectionPath.length + 1);
    const standard = key.required ? '**required**' : key.default === undefined ? '' : `\`${key.default}\``;
    return `| \`${name}\` | ${cell(key.type)} | ${cell(standard)} | ${cell(key.description)} |`;
  });
  return ['| key | type | default | |', '|---|---|---|---|', ...rows, ''].join('\n');
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}
