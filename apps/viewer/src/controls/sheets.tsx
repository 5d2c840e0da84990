/** The sheets over the page: the keys and gestures, and the room's link where the page cannot copy it. Loaded on demand. */
import { Fragment, useEffect, useRef } from "react";
import type { Toggle } from "../ui/core/toggle.ts";
import { Sheet } from "../ui/sheet.tsx";
import { type Action, GROUPS } from "./core/actions.ts";
import { keyCaps } from "./core/hotkeys.ts";
import styles from "./sheets.module.css";

type HelpRow = readonly [effect: string, how: string | readonly string[]];

const GESTURES: readonly HelpRow[] = [
  ["Zoom", "wheel, or two fingers"],
  ["Move the picture", "drag"],
  ["Actual size, and back", "double click or tap"],
];

export function HelpSheet(props: {
  readonly actions: readonly Action[];
  readonly hotkeys: Toggle;
  readonly close: () => void;
}) {
  const { actions, hotkeys, close } = props;
  const available = actions.filter((action) => action.available);
  const rowsOf = (group: Action["group"]): readonly HelpRow[] =>
    available
      .filter((action) => action.group === group)
      .map((action) => [action.help, keyCaps(action)]);
  const sections: readonly (readonly [title: string, rows: readonly HelpRow[]])[] = [
    ["Mouse and touch", GESTURES],
    ...GROUPS.map((group) => [group, rowsOf(group)] as const),
  ];
  return (
    <Sheet title="Keyboard and gestures" close={close}>
      <div className={styles.help}>
        {sections.map(([title, rows]) => (
          <section key={title}>
            <h3>{title}</h3>
            <dl>
              {rows.map(([effect, how]) => (
                <div key={effect} className={styles.row}>
                  <dt>{effect}</dt>
                  <dd>
                    {typeof how === "string"
                      ? how
                      : how.map((cap) => (
                          <Fragment key={cap}>
                            <kbd>{cap}</kbd>{" "}
                          </Fragment>
                        ))}
                  </dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
      <label className={styles.switch}>
        <input type="checkbox" checked={hotkeys.on} onChange={hotkeys.toggle} />
        Enable keyboard shortcuts
      </label>
    </Sheet>
  );
}

export function LinkSheet(props: { readonly link: string; readonly close: () => void }) {
  const field = useRef<HTMLInputElement>(null);
  // This runs after the effect of the sheet, which opens it: before that nothing in it can get the focus.
  useEffect(() => {
    field.current?.focus();
    field.current?.select();
  }, []);
  return (
    <Sheet title="Copy link" close={props.close}>
      <label className={styles.link}>
        <span>
          Anyone who has this link can open this room. The browser does not allow the page to copy
          it, so please copy it yourself.
        </span>
        <input ref={field} readOnly value={props.link} />
      </label>
    </Sheet>
  );
}
