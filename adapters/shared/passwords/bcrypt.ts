/** bcrypt (`$2a$`, `$2b$`, `$2y$`) by bcryptjs, which is plain JavaScript: call `verifyBcrypt` in a worker. */
import { compareSync } from 'bcryptjs';

/** 2^14 rounds take about 2.5 s here. */
const maxCost = 14;
const pattern = /^\$2[aby]\$(\d\d)\$[./A-Za-z0-9]{53}$/;

/** Whether the text is a bcrypt hash that this machine will compute. */
export function isBcrypt(text: string): boolean {
  const cost = Number(pattern.exec(text)?.[1] ?? Number.NaN);
  return cost >= 4 && cost <= maxCost;
}

/** Only the first 72 octets of the password count, as everywhere. */
export function verifyBcrypt(password: string, hash: string): boolean {
  return compareSync(password, hash);
}
