/** Reads the header in which a client offers subprotocols (RFC 6455 §4.1). */
import { SUBPROTOCOL } from "@screen-share/protocol";

/** Whether ours is among them. A client that does not offer it follows the plain contract. */
export function offersOurProtocol(header: string | undefined): boolean {
  return (header ?? "").split(",").some((name) => name.trim() === SUBPROTOCOL);
}
