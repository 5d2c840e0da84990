/** Shows a message: as a page while there is no picture, or as a pill in a corner of the picture. */
import type { ReactNode } from "react";
import ui from "../ui/ui.module.css";
import type { Tone } from "./core/messages.ts";
import styles from "./notice.module.css";

export interface NoticeProps {
  /** `page`: instead of a picture. `pill`: over the picture. `none`: hidden, in an embedded page. */
  readonly form: "page" | "pill" | "none";
  /** For tests: the state of the connection, or the topic of the page. */
  readonly state: string;
  readonly tone: Tone;
  /** Like `detail`, it is read aloud whenever it changes, so it must not contain changing numbers. */
  readonly title: string;
  readonly detail?: string | undefined;
  /** They are not read aloud when they change, so they may contain changing numbers. */
  readonly remarks?: readonly string[] | undefined;
  /** Shrinks to a dot after a while, until the pointer is on it. */
  readonly quiet?: boolean | undefined;
  /** Appears only if it lasts. */
  readonly late?: boolean | undefined;
  /** The name and version of the page. */
  readonly tip: string;
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
      data-scheme={form === "pill" ? "dark" : undefined}
      // Hidden but present: screen readers announce only changes to existing elements.
      className={form === "none" ? ui.srOnly : `${styles.notice} ${styles[form]}`}
    >
      <div
        className={`${styles.box} ${form === "pill" ? ui.glass : ""}`}
        data-testid="notice-box"
        title={tip}
      >
        {form === "page" && <Mark />}
        {/* keep/self-view.ts looks for this dot in the picture. */}
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

/** The logo: a screen, with a lamp in the colour of the state. */
function Mark() {
  return (
    <svg className={styles.mark} viewBox="0 0 32 32" aria-hidden="true">
      <rect x="2" y="5" width="28" height="19" rx="3" />
      <path d="M11 28h10" />
      <circle cx="16" cy="14.5" r="4" />
    </svg>
  );
}
