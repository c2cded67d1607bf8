/** What a person sees when the gateway runs: where it is, how to sign in, what to type next. */
import type { ListenerAddresses } from '../listeners.ts';
import type { FirstAdministrator } from './administrator.ts';
import type { Language } from './language.ts';

export interface WelcomeFacts {
  readonly hostname: string;
  readonly addresses: ListenerAddresses;
  readonly dataDir: string;
  /** The local authority's certificate; undefined when certificates come from the configuration. */
  readonly authorityFile: string | undefined;
  /** Made just now; its password is shown this once. */
  readonly administrator: FirstAdministrator | undefined;
  readonly domain: string;
  /** How this program is called where it runs: `passerelle`, or by npm. */
  readonly command: string;
}

interface Words {
  readonly running: string;
  readonly files: string;
  readonly redirect: string;
  readonly health: string;
  readonly data: string;
  readonly authority: string;
  readonly administrator: string;
  readonly password: string;
  readonly once: string;
  readonly next: string;
  readonly person: string;
  readonly trust: string;
  readonly open: string;
  readonly stop: string;
  /** What stands between words and what is to be typed. */
  readonly colon: string;
}

const words: Readonly<Record<Language, Words>> = {
  en: {
    running: 'Passerelle is running.',
    files: 'Files (WebDAV)',
    redirect: 'Redirect',
    health: 'Health, metrics',
    data: 'Data',
    authority: 'Authority',
    administrator: 'First account',
    password: 'Password',
    once: 'shown this once; to change it',
    next: 'What to do next:',
    person: 'Make an account',
    trust: 'Trust the certificate authority on each device: the README says how',
    open: 'Open your files in a browser, or connect a file manager to',
    stop: 'Ctrl+C ends it.',
    colon: ':',
  },
  fr: {
    running: 'Passerelle est en marche.',
    files: 'Fichiers (WebDAV)',
    redirect: 'Redirection',
    health: 'État, métriques',
    data: 'Données',
    authority: 'Autorité',
    administrator: 'Premier compte',
    password: 'Mot de passe',
    once: 'affiché cette seule fois ; pour en changer',
    next: 'Pour continuer :',
    person: 'Créer un compte',
    trust: "Faire confiance à l'autorité de certification sur chaque appareil : voir le README",
    open: 'Ouvrir ses fichiers dans un navigateur, ou connecter un gestionnaire de fichiers à',
    stop: "Ctrl+C l'arrête.",
    colon: ' :',
  },
};

/** The whole text, with a line break at its end. */
export function welcome(facts: WelcomeFacts, language: Language): string {
  const w = words[language];
  const { https, http, admin } = facts.addresses;
  const url =
    https === undefined ? undefined : `https://${facts.hostname}${https.port === 443 ? '' : `:${https.port}`}/`;
  const rows: (readonly [label: string, value: string | undefined])[] = [
    [w.files, url],
    [w.redirect, http === undefined ? undefined : `http://${facts.hostname}:${http.port}/`],
    [w.health, admin === undefined ? undefined : `http://${inUrl(admin.address)}:${admin.port}/readyz`],
    [w.data, facts.dataDir],
    [w.authority, facts.authorityFile],
    [w.administrator, facts.administrator?.address],
    [w.password, facts.administrator && passwordLine(facts.administrator, `${w.once}${w.colon}`, facts.command)],
  ];
  const shown = rows.filter((row): row is readonly [string, string] => row[1] !== undefined);
  const width = Math.max(...shown.map(([label]) => label.length));
  const steps = [
    `${w.person}${w.colon} ${facts.command} user add anne@${facts.domain} --name "Anne Martin"`,
    ...(facts.authorityFile === undefined ? [] : [w.trust]),
    ...(url === undefined ? [] : [`${w.open} ${url}`]),
  ];
  const table = shown.map(([label, value]) => `  ${label.padEnd(width)}  ${value}`);
  const list = steps.map((step, index) => `  ${index + 1}. ${step}`);
  return ['', w.running, '', ...table, '', w.next, ...list, '', w.stop, ''].join('\n');
}

function passwordLine({ address, password }: FirstAdministrator, once: string, command: string): string {
  return `${password.reveal()}  (${once} ${command} user passwd ${address})`;
}

function inUrl(address: string): string {
  return address.includes(':') ? `[${address}]` : address;
}
