import test from 'ava';
import { postgresTest, sharedCluster } from '../../protocol-tests/support/postgres.ts';
import { HandClock } from '../contract/collection-fixture.ts';
import { collectionStoreContract } from '../contract/collection-store.ts';
import { openTestStore } from './test-store.ts';

const server = sharedCluster(test);
collectionStoreContract(postgresTest(test), 'postgres', async () => openTestStore(await server(), new HandClock()));
