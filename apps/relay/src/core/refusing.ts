import { type CloseCode, ProtocolError } from "@screen-share/protocol";

/** Runs what a client's message asks for; what the protocol does not allow puts that client out, and only that one. */
export function refusing(
  client: { dismiss(code: CloseCode, reason: string): void },
  run: () => void,
): void {
  try {
    run();
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    client.dismiss(error.closeCode, error.message);
  }
}
