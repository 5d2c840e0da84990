/** The rest of what can be done, behind three dots: what the bar has no room for, on small screens more than on large ones. */
import { type KeyboardEvent, useEffect, useRef } from "react";
import { Icon } from "../ui/icon.tsx";
import { type Action, keyCaps, type Place } from "./core/actions.ts";

/** From where on the bar has them, and the menu not. */
const UNTIL: Partial<Record<Place, string>> = {
  zoom: "menu-until-sm",
  wide: "menu-until-md",
  menu: "",
};

export function ControlMenu(props: {
  readonly actions: readonly Action[];
  readonly open: boolean;
  readonly setOpen: (open: boolean) => void;
}) {
  const { actions, open, setOpen } = props;
  const button = useRef<HTMLButtonElement>(null);
  const menu = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!open) return;
    itemsOf(menu.current)[0]?.focus();
    const outside = ({ target }: PointerEvent) => {
      const inside = target instanceof Node && menu.current?.contains(target);
      // The button itself toggles.
      if (!inside && !(target instanceof Node && button.current?.contains(target))) setOpen(false);
    };
    document.addEventListener("pointerdown", outside, { capture: true });
    return () => document.removeEventListener("pointerdown", outside, { capture: true });
  }, [open, setOpen]);
  const close = () => {
    setOpen(false);
    button.current?.focus();
  };
  const pressed = (event: KeyboardEvent) => {
    const items = itemsOf(menu.current);
    const at = items.findIndex((item) => item.matches(":focus"));
    const next = NEXT[event.key]?.(at, items.length);
    if (next !== undefined) items.at(next % items.length)?.focus();
    else if (event.key === "Escape") close();
    else if (event.key === "Tab") setOpen(false);
    else return;
    if (event.key !== "Tab") event.preventDefault();
  };
  return (
    <div className="relative">
      <button
        ref={button}
        type="button"
        className="control"
        aria-label="More"
        aria-haspopup="menu"
        aria-expanded={open}
        data-tip={open ? undefined : "More"}
        onClick={() => setOpen(!open)}
      >
        <Icon name="more" />
      </button>
      {open && (
        <div
          ref={menu}
          role="menu"
          tabIndex={-1}
          aria-label="More"
          className="menu"
          onKeyDown={pressed}
        >
          {actions
            .filter(({ available, place }) => available && UNTIL[place] !== undefined)
            .map((action) => (
              <button
                key={action.id}
                type="button"
                role="menuitem"
                tabIndex={-1}
                data-action={action.id}
                className={`menu-item ${UNTIL[action.place]}`}
                disabled={!action.enabled}
                onClick={() => {
                  close();
                  action.run();
                }}
              >
                <Icon name={action.icon} />
                <span>{action.name}</span>
                <kbd className="menu-key">{keyCaps(action)[0]}</kbd>
              </button>
            ))}
        </div>
      )}
    </div>
  );
}

const NEXT: Readonly<Record<string, (at: number, count: number) => number>> = {
  ArrowDown: (at) => at + 1,
  ArrowUp: (at, count) => (at < 0 ? count - 1 : at - 1 + count),
  Home: () => 0,
  End: (_, count) => count - 1,
};

/** Those that are seen and can be chosen. */
function itemsOf(menu: HTMLElement | null): readonly HTMLButtonElement[] {
  return [...(menu?.querySelectorAll("button") ?? [])].filter(
    (item) => !item.disabled && item.offsetParent !== null,
  );
}
