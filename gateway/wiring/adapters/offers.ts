/** Which ports each kind of adapter offers. Known before anything is built, so that a wrong route is shown with its line. */
import type { AdapterKindName } from '../config/adapters.ts';
import type { PortName } from '../config/domains.ts';

export const adapterPorts: Readonly<Record<AdapterKindName, readonly PortName[]>> = {
  sqlite: ['collections'],
  fs: ['blobs'],
  accounts: ['directory'],
};
