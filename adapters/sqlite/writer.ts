/**
 * The writer thread of one engine. It is handed work in batches and runs each in one transaction; while it waits for the
 * device, the engine's own thread goes on answering.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { operations } from '../sql/operations/index.ts';
import { serveWriter } from './serve-writer.ts';
import type { WriterData } from './messages.ts';

if (parentPort === null) throw new Error('the writer runs as a thread only');
await serveWriter(parentPort, workerData as WriterData, operations);
