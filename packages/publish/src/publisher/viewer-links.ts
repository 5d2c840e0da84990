/** The port to the links that a relay gives us for viewers, and to the identity under which it gives them. */

/** How a relay recognises this agent. */
export interface ProducerIdentity {
  /** 128 random bits that only this agent and its relay know, in hexadecimal. */
  readonly producerId: string;
  /** Links minted for another generation are no longer valid. */
  readonly generation: string;
}

export interface ViewerLinks {
  /** The identity for the next hello: from now on, links of its generation count. */
  begin(): ProducerIdentity;
  /** Whether another process has ended our links since that hello, which also closes our connection. */
  readonly ended: boolean;
  /** The relay sent a link to its room with its welcome. */
  received(link: string): void;
  /** The relay replaces the previous link, which ends soon by its clock (P-38). */
  renewed(link: string): void;
  /** Called every few seconds while connected. */
  check(): void;
  /** The publisher has ended. */
  stop(): void;
}
