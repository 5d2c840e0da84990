/** What the end of a connection means: whether to try again, and in which words to say why it ended. */
import { closeMeaning, plainText } from "@screen-share/protocol";
import type { Closed } from "./socket.ts";

const MAX_REASON_LENGTH = 123;

/** @param unreached the address that was dialled, if the connection never stood */
export function meaningOf(
  { code, reason, error }: Closed,
  unreached: string | undefined,
): { readonly retryable: boolean; readonly words: string } {
  const { meaning, retryable } = closeMeaning(code);
  if (!retryable) {
    const detail = plainText(reason, MAX_REASON_LENGTH);
    const words = detail && detail !== meaning ? `${meaning} (${detail})` : meaning;
    return { retryable, words };
  }
  if (unreached !== undefined) {
    return { retryable, words: `cannot reach the relay at ${unreached}: ${error ?? meaning}` };
  }
  return { retryable, words: error ? `${meaning}: ${error}` : meaning };
}
