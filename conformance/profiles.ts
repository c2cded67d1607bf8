import type { ConformanceCase } from './case/case.ts';
import { accessControlCases, currentPrincipalCases } from './webdav/access-control.ts';
import { collectionCases } from './webdav/collections.ts';
import { copyCases } from './webdav/copy.ts';
import { deleteCases } from './webdav/delete.ts';
import { extendedMkcolCases } from './webdav/extended-mkcol.ts';
import { extensibilityCases } from './webdav/extensibility.ts';
import { generalRequestCases } from './webdav/general-request.ts';
import { conditionalCases } from './webdav/http-conditional.ts';
import { messageCases } from './webdav/http-message.ts';
import { rangeCases } from './webdav/http-range.ts';
import { ifHeaderCases } from './webdav/if-header.ts';
import { lockModelCases } from './webdav/lock-model.ts';
import { lockCases, unlockCases } from './webdav/lock.ts';
import { mkcolCases } from './webdav/mkcol.ts';
import { moveCases } from './webdav/move.ts';
import { optionsCases } from './webdav/options.ts';
import { preferCases } from './webdav/prefer.ts';
import { propertyCases } from './webdav/properties.ts';
import { propfindCases } from './webdav/propfind.ts';
import { proppatchCases } from './webdav/proppatch.ts';
import { putGetCases } from './webdav/put-get.ts';
import { quotaCases } from './webdav/quota.ts';
import { reportCases } from './webdav/reports.ts';
import { securityCases } from './webdav/security.ts';
import { syncCases } from './webdav/sync.ts';

/** All cases of WebDAV for files, grouped as their standards are. */
const webdav: readonly ConformanceCase[] = [
  ...collectionCases,
  ...lockModelCases,
  ...generalRequestCases,
  ...propfindCases,
  ...proppatchCases,
  ...mkcolCases,
  ...putGetCases,
  ...deleteCases,
  ...copyCases,
  ...moveCases,
  ...lockCases,
  ...unlockCases,
  ...optionsCases,
  ...ifHeaderCases,
  ...propertyCases,
  ...extensibilityCases,
  ...securityCases,
  ...conditionalCases,
  ...rangeCases,
  ...messageCases,
  ...syncCases,
  ...quotaCases,
  ...currentPrincipalCases,
  ...accessControlCases,
  ...reportCases,
  ...extendedMkcolCases,
  ...preferCases,
];

/** The profiles by the name that the command line takes. */
export const profiles: ReadonlyMap<string, readonly ConformanceCase[]> = new Map([['webdav', webdav]]);
