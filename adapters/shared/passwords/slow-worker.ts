/** The thread in which hashes are computed that are plain JavaScript; one question at a time, answered in order. */
import { parentPort } from 'node:worker_threads';
import { verifyBcrypt } from './bcrypt.ts';
import { parseShaCrypt, verifyShaCrypt } from './sha-crypt.ts';

export interface SlowQuestion {
  readonly scheme: 'bcrypt' | 'sha-crypt';
  readonly password: string;
  readonly text: string;
}

parentPort?.on('message', (question: SlowQuestion) => {
  parentPort?.postMessage(answer(question), []);
});

function answer(question: SlowQuestion): boolean {
  if (question.scheme === 'bcrypt') return verifyBcrypt(question.password, question.text);
  const stored = parseShaCrypt(question.text);
  return stored !== undefined && verifyShaCrypt(question.password, stored);
}
