import { notAllowed } from '../errors.ts';
import type { DavProblem } from '../errors.ts';
import type { Target } from '../target.ts';
import { allowedOn } from './options.ts';

/** 405 with the methods that this target knows. */
export function methodNotAllowed(target: Target): DavProblem {
  return notAllowed('this method is not for what is at this address', allowedOn(target));
}
