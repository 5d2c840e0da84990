/**
 * The menu with all actions that the bar has no room for. It is a popover, which a press outside closes. Browsers without popovers
 * (before Chrome 114, Firefox 125 and Safari 17) get the same menu above the bar; there its button, Escape, Tab and a choice close it.
 */
import { type KeyboardEvent, useCallback, useEffect, useId, useRef } from "react";
import { Icon } from "../ui/icon.tsx";
import ui from "../ui/ui.module.css";
import styles from "./controls.module.css";
import type { Action, ActionPlace } from "./core/actions.ts";
import { keyCaps } from "./core/hotkeys.ts";

/** The actions in the menu, with the class that hides them where the bar has them. */
const IN_MENU: Partial<Record<ActionPlace, string | undefined>> = {
  zoom: styles.untilSmall,
  wide: styles.untilMedium,
  menu: "",
};
const GAP_PX = 12;

export function ControlMenu(props: {
  readonly actions: readonly Action[];
  readonly open: boolean;
  readonly setOpen: (open: boolean) => void;
}) {
  const { actions, open, setOpen } = props;
  const button = useRef<HTMLButtonElement>(null);
  const menu = useRef<HTMLDivElement>(null);
  const id = useId();
  const hasPopover = "popover" in HTMLElement.prototype;
  const close = () => {
    if (hasPopover) menu.current?.hidePopover();
    else setOpen(false);
    button.current?.focus();
  };
  const place = useCallback(() => {
    if (!menu.current?.popover || !button.current) return;
    const { right, top } = button.current.getBoundingClientRect();
    menu.current.style.right = `${innerWidth - right}px`;
    menu.current.style.bottom = `${innerHeight - top + GAP_PX}px`;
  }, []);
  useEffect(() => {
    if (!open) return;
    place();
    // A popover has focused it already, and a quick key may have moved the focus since.
    if (!menu.current?.contains(document.activeElement)) itemsOf(menu.current)[0]?.focus();
    window.addEventListener("resize", place);
    return () => window.removeEventListener("resize", place);
  }, [open, place]);
  const onKeyDown = (event: KeyboardEvent) => {
    const items = itemsOf(menu.current);
    const at = items.findIndex((item) => item.matches(":focus"));
    const next = NEXT[event.key]?.(at, items.length);
    if (next !== undefined) items.at(next % items.length)?.focus();
    else if (event.key === "Escape" || event.key === "Tab") close();
    else return;
    // Tab continues from the button.
    if (event.key !== "Tab") event.preventDefault();
  };
  return (
    <>
      <button
        ref={button}
        type="button"
        className={ui.iconButton}
        aria-label="More"
        aria-haspopup="menu"
        aria-expanded={open}
        data-tip={open ? undefined : "More"}
        popoverTarget={hasPopover ? id : undefined}
        onClick={hasPopover ? undefined : () => setOpen(!open)}
      >
        <Icon name="more" />
      </button>
      <div
        ref={menu}
        id={id}
        popover={hasPopover ? "auto" : undefined}
        hidden={!hasPopover && !open}
        role="menu"
        tabIndex={-1}
        aria-label="More"
        className={`${styles.menu} ${ui.surface}`}
        onBeforeToggle={place}
        onToggle={({ newState }) => setOpen(newState === "open")}
        onKeyDown={onKeyDown}
      >
        {actions
          .filter(({ available, place }) => available && place in IN_MENU)
          .map((action) => (
            <button
              key={action.id}
              ref={focusOnOpen}
              type="button"
              role="menuitem"
              tabIndex={-1}
              data-action={action.id}
              className={`${styles.menuItem} ${IN_MENU[action.place]}`}
              disabled={!action.enabled}
              onClick={() => {
                close();
                action.run();
              }}
            >
              <Icon name={action.icon} />
              <span>{action.name}</span>
              <kbd>{keyCaps(action)[0]}</kbd>
            </button>
          ))}
      </div>
    </>
  );
}

const NEXT: Readonly<Record<string, (at: number, count: number) => number>> = {
  ArrowDown: (at) => at + 1,
  ArrowUp: (at, count) => (at < 0 ? count - 1 : at - 1 + count),
  Home: () => 0,
  End: (_, count) => count - 1,
};

/**
 * The first visible item with this attribute has the focus as soon as the popover opens, so that no key is lost (HTML, "popover focusing
 * steps"). React would focus it when it is mounted instead.
 */
function focusOnOpen(item: HTMLButtonElement | null): void {
  item?.setAttribute("autofocus", "");
}

/** The items that are visible and enabled. */
function itemsOf(menu: HTMLElement | null): readonly HTMLButtonElement[] {
  return [...(menu?.querySelectorAll("button") ?? [])].filter(
    (item) => !item.disabled && item.offsetParent !== null,
  );
}
