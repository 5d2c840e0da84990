/**
 * How things stand, in words: a page of its own while there is no picture, a pill in a corner of one. Only looks; what it says and
 * what can be done is given to it.
 */
import type { ReactNode } from "react";
import type { Tone } from "./core/messages.ts";
import { Mark } from "./mark.tsx";

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
      className={form === "none" ? "sr-only" : "notice"}
    >
      <div className="notice-box" title={tip}>
        {form === "page" && <Mark />}
        <span className="notice-dot" aria-hidden="true" />
        <div className="notice-words">
          <div role="status" className="notice-said">
            <h2>{title}</h2>
            {detail && <p>{detail}</p>}
          </div>
          {remarks.length > 0 && (
            <p className="notice-remarks">
              {remarks.map((remark) => (
                <bdi key={remark}>{remark}</bdi>
              ))}
            </p>
          )}
          {children}
        </div>
      </div>
      {form === "page" && <p className="notice-brand">{tip}</p>}
    </section>
  );
}
