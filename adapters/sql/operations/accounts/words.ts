import { searchWords } from '../../../shared/accounts/search-words.ts';
import type { SqlTransaction } from '../../engine.ts';

/** Makes the principal found by the words of its name and of these addresses, and by no others. */
export async function replaceWords(
  tx: SqlTransaction,
  principal: { readonly id: string; readonly domain: string; readonly displayName: string },
  addresses: readonly string[],
): Promise<void> {
  await removeWords(tx, principal.id);
  for (const word of searchWords(principal.displayName, addresses)) {
    await tx.run`insert into principal_word (domain, word, principal_id)
      values (${principal.domain}, ${word}, ${principal.id})`;
  }
}

export async function removeWords(tx: SqlTransaction, principalId: string): Promise<void> {
  await tx.run`delete from principal_word where principal_id = ${principalId}`;
}
