import { testDirectory } from '../contract/directory.ts';
import { MemoryDirectory } from './directory.ts';

testDirectory('memory', () => {
  const directory = new MemoryDirectory(['univ.example', 'lab.example']);
  return Promise.resolve({ directory, [Symbol.asyncDispose]: () => directory[Symbol.asyncDispose]() });
});
