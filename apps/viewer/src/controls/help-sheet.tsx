/** What keys and hands do. Loaded when somebody asks. */
import { Fragment } from "react";
import { Sheet } from "../ui/sheet.tsx";
import { type Action, GROUPS, keyCaps, type Toggle } from "./core/actions.ts";

const GESTURES = [
  ["Zoom", "wheel, or two fingers"],
  ["Move the picture", "drag"],
  ["Actual size, and back", "double click or tap"],
] as const;

/** @param props.keys whether keys do anything */
export function HelpSheet(props: {
  readonly actions: readonly Action[];
  readonly keys: Toggle;
  readonly close: () => void;
}) {
  const { actions, keys, close } = props;
  const shown = actions.filter(({ available }) => available);
  return (
    <Sheet title="Keyboard and gestures" close={close}>
      <div className="help">
        <section>
          <h3>Mouse and touch</h3>
          <dl>
            {GESTURES.map(([what, how]) => (
              <div key={what} className="help-row">
                <dt>{what}</dt>
                <dd>{how}</dd>
              </div>
            ))}
          </dl>
        </section>
        {GROUPS.map((group) => (
          <section key={group}>
            <h3>{group}</h3>
            <dl>
              {shown
                .filter((action) => action.group === group)
                .map((action) => (
                  <div key={action.id} className="help-row">
                    <dt>{action.alias ?? action.name}</dt>
                    <dd>
                      {keyCaps(action).map((cap) => (
                        <Fragment key={cap}>
                          <kbd className="key">{cap}</kbd>{" "}
                        </Fragment>
                      ))}
                    </dd>
                  </div>
                ))}
            </dl>
          </section>
        ))}
      </div>
      <label className="help-switch">
        <input type="checkbox" checked={keys.on} onChange={keys.toggle} />
        Single keys work
      </label>
    </Sheet>
  );
}
