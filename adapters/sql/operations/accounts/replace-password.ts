import type { SqlTransaction } from '../../engine.ts';
import { groupHasNoPassword } from '../../../shared/accounts/rules.ts';
import type { PasswordRecord } from '../../../shared/passwords/passwords.ts';
import { existingKind } from './versions.ts';

export interface ReplacePassword {
  readonly id: string;
  readonly password: PasswordRecord;
  /**
   * The hash that this one takes the place of, because the same password is to be kept in a better form; undefined: it is
   * another password.
   */
  readonly sameAs: string | undefined;
  readonly nowMs: number;
}

/**
 * Keeping the same password in another form changes nothing that was said of the account: its version stays, and it is not
 * done when the password was changed meanwhile.
 * @throws GatewayError `not-found`, `syntax` (it is a group)
 */
export async function replacePassword(tx: SqlTransaction, args: ReplacePassword): Promise<void> {
  const { id, password, sameAs, nowMs } = args;
  if (sameAs !== undefined) {
    const same = await tx.get`select principal_id from credential where principal_id = ${id} and hash = ${sameAs}`;
    if (same !== undefined) await writeCredential(tx, id, password, nowMs);
    return;
  }
  if ((await existingKind(tx, id)) === 'group') throw groupHasNoPassword();
  await writeCredential(tx, id, password, nowMs);
  await tx.run`update principal set version = version + 1 where id = ${id}`;
}

export async function writeCredential(
  tx: SqlTransaction,
  id: string,
  { hash, scram }: PasswordRecord,
  nowMs: number,
): Promise<void> {
  await tx.run`insert into credential (principal_id, hash, scram_salt, scram_iterations, scram_stored_key,
      scram_server_key, changed_ms)
    values (${id}, ${hash}, ${scram?.salt ?? null}, ${scram?.iterations ?? null}, ${scram?.storedKey ?? null},
      ${scram?.serverKey ?? null}, ${nowMs})
    on conflict (principal_id) do update set hash = excluded.hash, scram_salt = excluded.scram_salt,
      scram_iterations = excluded.scram_iterations, scram_stored_key = excluded.scram_stored_key,
      scram_server_key = excluded.scram_server_key, changed_ms = excluded.changed_ms`;
}
