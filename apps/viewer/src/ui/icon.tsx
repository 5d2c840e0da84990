/** A picture on a button, in the colour of its text. */
import { ICON_PATHS, type IconName } from "./core/icon-paths.ts";

/** Says nothing: whatever it stands on has a name. */
export function Icon({ name }: { readonly name: IconName }) {
  return (
    <svg viewBox="0 0 24 24" aria-hidden="true" className="icon" data-icon={name}>
      <path d={ICON_PATHS[name]} />
    </svg>
  );
}
