/** A pill that tells how things stand: in the middle of an empty page, else in a corner, small while all is well. */
import { Fragment } from "react";
import type { Connection, Remedy } from "../player/core/connection.ts";
import type { Snapshot } from "../player/core/snapshot.ts";
import { statusWords } from "../player/core/words.ts";

const DOTS: Readonly<Record<Connection["state"], string>> = {
  connecting: "bg-sky-400 motion-safe:animate-pulse",
  connected: "bg-emerald-400",
  waiting: "bg-amber-400 motion-safe:animate-pulse",
  disconnected: "bg-rose-400",
  ended: "bg-rose-400",
};

/** @param props.title told to whoever rests the pointer on it */
export function StatusBar(props: {
  readonly snapshot: Snapshot;
  readonly retry: () => void;
  readonly title: string;
}) {
  const { snapshot, retry } = props;
  const { connection, picture, ageS } = snapshot;
  const { words, counting, remarks, command } = statusWords(snapshot);
  const stalled = connection.state === "connected" && ageS !== undefined;
  const quiet = connection.state === "connected" && picture !== undefined && ageS === undefined;
  return (
    <div className="status-place" data-empty={picture ? undefined : true}>
      <div
        data-testid="status"
        title={props.title}
        data-state={connection.state}
        data-quiet={quiet || undefined}
        className="status group"
      >
        <span
          aria-hidden="true"
          className={`size-2 shrink-0 rounded-full ${DOTS[stalled ? "waiting" : connection.state]}`}
        />
        <div className="status-words">
          <p className="flex flex-wrap gap-x-1 font-medium text-neutral-50">
            <span role="status" aria-live="polite">
              {words}
            </span>
            {counting && <span className="tabular-nums">{counting}</span>}
          </p>
          {command && (
            <p className="text-neutral-300">
              To share a screen, run <code className="status-code">{command}</code> on its computer.
            </p>
          )}
          {remarks.length > 0 && (
            <p className="text-neutral-300 tabular-nums">
              {remarks.map((remark, i) => (
                <Fragment key={remark}>
                  {i > 0 && " · "}
                  <span className="whitespace-nowrap">{remark}</span>
                </Fragment>
              ))}
            </p>
          )}
          {connection.state === "ended" && (
            <RemedyControl remedy={connection.remedy} retry={retry} />
          )}
        </div>
      </div>
    </div>
  );
}

function RemedyControl(props: { readonly remedy: Remedy; readonly retry: () => void }) {
  switch (props.remedy) {
    case "again":
      return (
        <button type="button" onClick={props.retry} className="status-action">
          Try again
        </button>
      );
    case "room":
      return (
        <a href="#room=main" className="status-action">
          Go to the room “main”
        </a>
      );
    case "link":
      return null;
    default:
      return props.remedy satisfies never;
  }
}
