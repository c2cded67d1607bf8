/** The steps of the schema in order. One line a subject. */
import type { Migration } from '../engine.ts';
import { collections } from './0001-collections.ts';
import { accounts } from './0002-accounts.ts';

export const migrations: readonly Migration[] = [collections, accounts];
