/** Every write by name: the writer of an engine finds an operation here, and callers get its types from here. */
import type { Operation } from '../engine.ts';
import { checkStore } from './check-store.ts';
import { collectionOperations } from './collections/index.ts';
import { accountOperations } from './accounts/index.ts';

export const operations = {
  checkStore,
  ...collectionOperations,
  ...accountOperations,
} as const;

type Operations = typeof operations;
export type OperationName = keyof Operations;
export type OperationArgs<Name extends OperationName> =
  Operations[Name] extends Operation<infer Args, infer _Result> ? Args : never;
export type OperationResult<Name extends OperationName> =
  Operations[Name] extends Operation<infer _Args, infer Result> ? Result : never;
