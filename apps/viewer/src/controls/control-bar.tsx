/** The bar below the picture: its buttons, those that have no room on a small screen in a menu. */
import { type Ref, useSyncExternalStore } from "react";
import type { ViewState } from "../view/core/view-state.ts";
import { ControlButton } from "./control-button.tsx";
import { ControlMenu } from "./control-menu.tsx";
import type { Action, Place } from "./core/actions.ts";

/** @param props.hidden out of sight, but not out of the keyboard's reach */
export function ControlBar(props: {
  readonly ref: Ref<HTMLElement>;
  readonly actions: readonly Action[];
  readonly view: ViewState;
  readonly hidden: boolean;
  readonly menuOpen: boolean;
  readonly setMenuOpen: (open: boolean) => void;
}) {
  const { actions, view, hidden, menuOpen, setMenuOpen } = props;
  const buttons = (place: Place) =>
    actions
      .filter((action) => action.available && action.place === place)
      .map((action) => <ControlButton key={action.id} action={action} />);
  const [zoomOut, zoomIn] = buttons("zoom");
  return (
    <section
      ref={props.ref}
      aria-label="Controls"
      data-testid="controls"
      className="controls"
      data-hidden={hidden || undefined}
    >
      <div className="controls-group">{buttons("modes")}</div>
      <div className="controls-group controls-from-sm">
        {zoomOut}
        <Percent view={view} />
        {zoomIn}
      </div>
      <div className="controls-group controls-from-md">{buttons("wide")}</div>
      <div className="controls-group">
        <ControlMenu actions={actions} open={menuOpen} setOpen={setMenuOpen} />
        {buttons("bar")}
      </div>
    </section>
  );
}

/** Alone, so that a pinch renders nothing else anew. */
function Percent({ view }: { readonly view: ViewState }) {
  const percent = useSyncExternalStore(view.subscribe, view.getPercent);
  return (
    <output aria-label="Zoom" aria-live="off" className="controls-percent">
      {percent === undefined ? "" : `${percent} %`}
    </output>
  );
}
