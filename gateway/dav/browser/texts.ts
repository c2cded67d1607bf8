/** What a listing says, in the languages of the people who open it. */
import { pickLanguage } from '../../wire/http/accept-language.ts';

export interface Texts {
  readonly language: string;
  readonly files: string;
  readonly contents: (name: string) => string;
  readonly name: string;
  readonly size: string;
  readonly modified: string;
  readonly folder: string;
  readonly empty: string;
  readonly youAreHere: string;
  readonly upload: string;
  readonly chooseFiles: string;
  readonly send: string;
  readonly needsScript: string;
  /** Texts that the script needs; `{name}`, `{percent}`, `{status}` are filled in. */
  readonly script: Readonly<Record<'replace' | 'sending' | 'sent' | 'failed', string>>;
  readonly signedInAs: (address: string) => string;
}

const english: Texts = {
  language: 'en',
  files: 'Files',
  contents: (name) => `Contents of ${name}`,
  name: 'Name',
  size: 'Size',
  modified: 'Last changed',
  folder: 'folder',
  empty: 'This folder is empty.',
  youAreHere: 'You are here',
  upload: 'Add files to this folder',
  chooseFiles: 'Files to add',
  send: 'Add',
  needsScript: 'Adding files from a browser needs JavaScript. Any WebDAV client can add files at this address.',
  script: {
    replace: '{name} is already there. Replace it?',
    sending: 'Adding {name}: {percent} %',
    sent: '{name} was added.',
    failed: '{name} could not be added ({status}).',
  },
  signedInAs: (address) => `Signed in as ${address}`,
};

const french: Texts = {
  language: 'fr',
  files: 'Fichiers',
  contents: (name) => `Contenu de ${name}`,
  name: 'Nom',
  size: 'Taille',
  modified: 'Dernière modification',
  folder: 'dossier',
  empty: 'Ce dossier est vide.',
  youAreHere: 'Vous êtes ici',
  upload: 'Ajouter des fichiers à ce dossier',
  chooseFiles: 'Fichiers à ajouter',
  send: 'Ajouter',
  needsScript:
    'Ajouter des fichiers depuis un navigateur demande JavaScript. Tout client WebDAV peut en ajouter à cette adresse.',
  script: {
    replace: '{name} existe déjà. Le remplacer ?',
    sending: 'Ajout de {name} : {percent} %',
    sent: '{name} a été ajouté.',
    failed: '{name} n’a pas pu être ajouté ({status}).',
  },
  signedInAs: (address) => `Connecté en tant que ${address}`,
};

export function textsFor(acceptLanguage: string | undefined): Texts {
  return pickLanguage(acceptLanguage, ['en', 'fr']) === 'fr' ? french : english;
}

const units = { en: ['B', 'kB', 'MB', 'GB', 'TB'], fr: ['o', 'ko', 'Mo', 'Go', 'To'] } as const;

/** Octets as people read them: three digits and a unit. */
export function formatSize(octets: number, texts: Texts): string {
  const names = texts.language === 'fr' ? units.fr : units.en;
  let value = octets;
  let unit = 0;
  while (value >= 1000 && unit < names.length - 1) {
    value /= 1000;
    unit += 1;
  }
  const digits = unit === 0 || value >= 100 ? 0 : 1;
  const number = value.toLocaleString(texts.language, { minimumFractionDigits: digits, maximumFractionDigits: digits });
  return `${number}\u00a0${names[unit] ?? ''}`;
}
