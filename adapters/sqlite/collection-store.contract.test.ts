import test from 'ava';
import { HandClock } from '../contract/collection-fixture.ts';
import { collectionStoreContract } from '../contract/collection-store.ts';
import { openTestStore } from './test-store.ts';

collectionStoreContract(test, 'sqlite', async () => openTestStore(new HandClock()));
