/** The icon of a button, in the colour of its text. It has no name of its own: the button has one. */
import { ICON_PATHS, type IconName } from "./core/icon-paths.ts";
import ui from "./ui.module.css";

export function Icon({ name }: { readonly name: IconName }) {
  return (
    <svg viewBox="0 0 24 24" aria-hidden="true" className={ui.icon} data-icon={name}>
      <path d={ICON_PATHS[name]} />
    </svg>
  );
}
