/** The bar below the picture. On small screens, actions without room there are in its menu. */
import { type RefObject, useEffect, useState, useSyncExternalStore } from "react";
import { Icon } from "../ui/icon.tsx";
import ui from "../ui/ui.module.css";
import type { ViewState } from "../view/core/view-state.ts";
import { ControlMenu } from "./control-menu.tsx";
import styles from "./controls.module.css";
import type { Action, ActionPlace } from "./core/actions.ts";
import { keyCaps } from "./core/hotkeys.ts";
import { Tooltip } from "./tooltip.tsx";

const ZOOM_SHOWN_MS = 1200;

/** @param props.hidden hides the bar, but not from the keyboard */
export function ControlBar(props: {
  readonly ref: RefObject<HTMLElement | null>;
  readonly actions: readonly Action[];
  readonly view: ViewState;
  readonly hidden: boolean;
  readonly menuOpen: boolean;
  readonly setMenuOpen: (open: boolean) => void;
}) {
  const { actions, view, hidden, menuOpen, setMenuOpen } = props;
  const buttons = (place: ActionPlace) =>
    actions
      .filter((action) => action.available && action.place === place)
      .map((action) => <ControlButton key={action.id} action={action} />);
  const [zoomOut, zoomIn] = buttons("zoom");
  return (
    <section
      ref={props.ref}
      aria-label="Controls"
      data-testid="controls"
      className={`${styles.bar} ${ui.glass}`}
      data-hidden={hidden || undefined}
    >
      <div className={styles.group}>{buttons("modes")}</div>
      <div className={`${styles.group} ${styles.fromSmall}`}>
        {zoomOut}
        <Percent view={view} />
        {zoomIn}
      </div>
      <div className={`${styles.group} ${styles.fromMedium}`}>{buttons("wide")}</div>
      <div className={styles.group}>
        <ControlMenu actions={actions} open={menuOpen} setOpen={setMenuOpen} />
        {buttons("bar")}
      </div>
      <Tooltip bar={props.ref} />
    </section>
  );
}

function ControlButton({ action }: { readonly action: Action }) {
  const { id, name, icon, enabled, pressed, keys } = action;
  const [cap] = keyCaps(action);
  return (
    <button
      type="button"
      className={ui.iconButton}
      data-action={id}
      aria-label={name}
      aria-pressed={pressed}
      aria-keyshortcuts={keys.join(" ")}
      disabled={!enabled}
      data-tip={cap ? `${name} (${cap})` : name}
      onClick={() => action.run()}
    >
      <Icon name={icon} />
    </button>
  );
}

/** A component of its own, so that a pinch renders nothing else. */
function Percent({ view }: { readonly view: ViewState }) {
  const percent = useSyncExternalStore(view.subscribe, view.getPercent);
  return (
    <output aria-label="Zoom" aria-live="off" className={styles.percent}>
      {percent === undefined ? "" : `${percent} %`}
    </output>
  );
}

/** Shows the scale while the user changes it, and for a moment after, but not a scale that follows from a new picture or window. */
export function ZoomFlash({ view }: { readonly view: ViewState }) {
  const [percent, setPercent] = useState<number>();
  useEffect(() => {
    let previous = { scene: view.scene, percent: view.getPercent() };
    let timer: ReturnType<typeof setTimeout>;
    const leave = view.subscribe(() => {
      const now = { scene: view.scene, percent: view.getPercent() };
      const zoomed = now.scene === previous.scene && now.percent !== previous.percent;
      previous = now;
      if (!zoomed) return;
      setPercent(now.percent);
      clearTimeout(timer);
      timer = setTimeout(() => setPercent(undefined), ZOOM_SHOWN_MS);
    });
    return () => {
      leave();
      clearTimeout(timer);
    };
  }, [view]);
  return (
    <p aria-hidden="true" data-testid="zoom" className={`${styles.zoomFlash} ${ui.glass}`}>
      {percent !== undefined && `${percent} %`}
    </p>
  );
}
