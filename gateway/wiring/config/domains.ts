/** `domains` and `defaults`: the institutions that are served, and the adapters that each of them uses. */
import * as z from 'zod';
import { adapterName, hostName, section, size } from './values.ts';

const routes = {
  directory: z
    .array(adapterName('An adapter that offers `directory`.'))
    .min(1)
    .meta({ description: 'Directories of people and groups; the first that knows a name decides.' }),
  collections: adapterName('The adapter that keeps folders and their properties.'),
  blobs: adapterName('The adapter that keeps the bytes of larger files.'),
};

const quota = size('Octets that the files of one person or group may take, where the account itself says nothing.', 0);

export const defaultsSchema = section('What domains use that leave it out.', {
  directory: routes.directory.default(['people']),
  collections: routes.collections.default('store'),
  blobs: routes.blobs.default('files'),
  limits: section('Limits of every domain.', { quota: quota.optional() }).prefault({}),
}).prefault({});

const domain = section('One institution. What is left out comes from `defaults`.', {
  aliases: z
    .array(hostName('A domain name.'))
    .default([])
    .meta({ description: 'Other domains under which the same people are known.' }),
  directory: routes.directory.optional(),
  collections: routes.collections.optional(),
  blobs: routes.blobs.optional(),
  limits: section('Limits of this domain.', { quota: quota.optional() }).prefault({}),
});

export const domainsSchema = z
  .record(
    hostName('A domain name.'),
    // `univ.example:` with nothing behind it takes everything from `defaults`.
    z.preprocess((value) => value ?? {}, domain),
  )
  .refine((domains) => Object.keys(domains).length > 0, { error: 'must have at least one domain' })
  .prefault({ localhost: {} })
  .meta({
    description:
      'The domains that are served: the part of addresses behind the @. The first is the default for bare names.',
  });

export type DomainConfig = z.output<typeof domain>;
export type DefaultsConfig = z.output<typeof defaultsSchema>;
export type PortName = 'directory' | 'collections' | 'blobs';
