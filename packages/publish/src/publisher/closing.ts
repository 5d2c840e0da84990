/** What the end of a connection means: whether to try again, and in which words to say why it ended. */
import { CLOSE, closeMeaning, plainText } from "@screen-share/protocol";
import type { Closed } from "../node/socket.ts";

const MAX_REASON_LENGTH = 123;

/**
 * @param circumstances.unreached the address that was dialled, if the connection never stood
 * @param circumstances.yields whether somebody else's place in the room is not to be waited for
 */
export function meaningOf(
  { code, reason, error }: Closed,
  circumstances: {
    readonly unreached: string | undefined;
    readonly yields?: boolean | undefined;
  },
): { readonly retryable: boolean; readonly words: string } {
  const { unreached, yields } = circumstances;
  const { meaning, retryable: byItself } = closeMeaning(code);
  const retryable = byItself && !(yields && code === CLOSE.producerExists);
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
