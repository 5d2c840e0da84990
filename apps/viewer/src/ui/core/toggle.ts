/** Something that is on or off, and what switches it. */
export interface Toggle {
  readonly on: boolean;
  readonly toggle: () => void;
}
