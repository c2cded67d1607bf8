/** `server`: who this gateway is, where its data lies, and its certificates. */
import * as z from 'zod';
import { certificateName, duration, hostName, path, section, secret, wholeNumber } from './values.ts';

const certificate = section('One certificate with its key, for the names that it is served for.', {
  names: z
    .array(certificateName('A host name, or `*.univ.example` for all names one level below.'))
    .min(1)
    .optional()
    .meta({
      description:
        'Host names (SNI) that this certificate is served for; left out: the names that stand in the certificate.',
    }),
  certFile: path('PEM file: the certificate first, then the intermediate ones. Relative to the configuration file.'),
  keyFile: path('PEM file with the private key.'),
  keyPassphrase: secret('The passphrase of an encrypted key.').optional(),
});

export const serverSchema = section('Who this gateway is, where its data lies, and its certificates.', {
  hostname: hostName(
    'The name under which clients reach this gateway. It stands in certificates and in answers.',
  ).default('localhost'),
  dataDir: path(
    'Folder of everything that this gateway keeps. Made with mode 0700. Relative to the folder of the configuration file.',
  ).default('./data'),
  workers: wholeNumber(
    'Processes that share the listeners. With 1 nothing is forked; more is for machines with several cores.',
    1,
    256,
  ).default(1),
  drainTimeout: duration(
    'How long connections may finish what they are doing after SIGTERM or SIGINT, before they are cut.',
    0,
    3_600_000,
  ).prefault('30s'),
  tls: section('Certificates. They are read again on SIGHUP.', {
    mode: z.enum(['self-signed', 'files']).default('self-signed').meta({
      description:
        '`self-signed`: a local certificate authority in `dataDir` makes and renews the certificate; clients must be told to trust it. `files`: the certificates named here.',
    }),
    certificates: z.array(certificate).default([]).meta({
      description: 'For mode `files`; the first one is served to clients that ask for no name that is known.',
    }),
    minVersion: z
      .enum(['TLSv1.2', 'TLSv1.3'])
      .default('TLSv1.2')
      .meta({ description: 'The oldest version of TLS that is spoken (RFC 9325 §3.1.1).' }),
  }).prefault({}),
}).prefault({});

export type ServerConfig = z.output<typeof serverSchema>;
