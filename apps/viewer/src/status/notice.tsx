/**
 * How things stand, in words: a page of its own while there is no picture, a pill in a corner of one. Only looks; what it says and
 * what can be done is given to it.
 */
import type { ReactNode } from "react";
import ui from "../ui/ui.module.css";
import type { Tone } from "./core/messages.ts";
import { Mark } from "./mark.tsx";
import styles from "./notice.module.css";

export interface NoticeProps {
  /** `page`: there is nothing else to see. `pill`: over the picture. `none`: nothing is said, as an embedded picture wants it. */
  readonly form: "page" | "pill" | "none";
  /** For tests and styles: the connection's state, or what else the page is about. */
  readonly state: string;
  readonly tone: Tone;
  /** Read aloud whenever it changes, as is `detail`: no numbers that count. */
  readonly title: string;
  readonly detail?: string | undefined;
  /** Numbers that count, and other remarks; not read aloud by themselves. */
  readonly remarks?: readonly string[] | undefined;
  /** Shrinks to its dot after a while, until somebody points at it. */
  readonly quiet?: boolean | undefined;
  /** Appears only if it lasts. */
  readonly late?: boolean | undefined;
  /** What page this is, and of which version. */
  readonly tip: string;
  /** What can be done. */
  readonly children?: ReactNode;
}

export function Notice(props: NoticeProps) {
  const { form, state, tone, title, detail, remarks = [], quiet, late, tip, children } = props;
  return (
    <section
      data-testid="status"
      data-state={state}
      data-form={form}
      data-tone={tone}
      data-quiet={quiet || undefined}
      data-late={late || undefined}
      // Out of sight, but there: what is said later is read aloud only where something stood before.
      data-scheme={form === "pill" ? "dark" : undefined}
      className={form === "none" ? ui.srOnly : `${styles.notice} ${styles[form]}`}
    >
      <div
        className={`${styles.box} ${form === "pill" ? ui.glass : ""}`}
        data-testid="notice-box"
        title={tip}
      >
        {form === "page" && <Mark />}
        {/* keep/self-view.ts looks for it in the picture. */}
        {form === "pill" && <span className={styles.dot} data-dot="" aria-hidden="true" />}
        <div className={styles.words}>
          <div role="status" className={styles.text}>
            <h2>{title}</h2>
            {detail && <p>{detail}</p>}
          </div>
          {remarks.length > 0 && (
            <p className={styles.remarks}>
              {remarks.map((remark) => (
                <bdi key={remark}>{remark}</bdi>
              ))}
            </p>
          )}
          {children}
        </div>
      </div>
      {form === "page" && <p className={styles.version}>{tip}</p>}
    </section>
  );
}
