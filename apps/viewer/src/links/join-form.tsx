/**
 * A field for a link or a room name, and a way back to the last room. The field is cleared as soon as it is submitted. Only rendered in
 * the browser, where it is loaded on demand.
 */
import { type FormEvent, useId, useState } from "react";
import ui from "../ui/ui.module.css";
import { type Destination, fragmentOf, goTo } from "./go.ts";
import styles from "./join-form.module.css";
import { readLastRoom } from "./last-room.ts";
import { type Pasted, readPasted } from "./pasted.ts";
import { pageRelays, type Relays } from "./relays.ts";

type Problem = Exclude<Pasted, { kind: "here" }>;

/** @param props.here the current room, if any */
export function JoinForm({ here }: { readonly here?: Destination | undefined }) {
  const id = useId();
  const relays = pageRelays();
  const [last] = useState(() => readLastRoom());
  const [problem, setProblem] = useState<Problem>();
  const isKnown = relays.some(({ name }) => name === last?.relay);
  const isElsewhere = last?.room !== here?.room || last?.relay !== here?.relay;

  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = event.currentTarget;
    const fields = new FormData(form);
    setProblem(enter(String(fields.get("link")), String(fields.get("relay")), relays));
    form.reset();
  };

  return (
    <form className={styles.form} onSubmit={submit} autoComplete="off">
      {relays.length > 1 && (
        <>
          <label htmlFor={`${id}relay`}>Relay</label>
          <select id={`${id}relay`} name="relay" className={ui.field} defaultValue={here?.relay}>
            {relays.map(({ name }) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        </>
      )}
      <label htmlFor={`${id}link`}>Link or room name</label>
      <div className={styles.line}>
        <input
          id={`${id}link`}
          name="link"
          className={ui.field}
          type="text"
          spellCheck={false}
          autoCapitalize="none"
          autoCorrect="off"
          enterKeyHint="go"
          aria-describedby={problem ? `${id}problem` : undefined}
          aria-invalid={problem ? true : undefined}
        />
        <button type="submit" className={ui.button}>
          Open
        </button>
      </div>
      <div role="alert" id={`${id}problem`} className={styles.problem}>
        {problem?.kind === "nothing" && problem.problem}
        {problem?.kind === "elsewhere" && (
          <>
            This link leads to another page.{" "}
            <a href={problem.address} rel="noreferrer">
              Open it at <bdi>{problem.host}</bdi>
            </a>
          </>
        )}
      </div>
      {last && isKnown && isElsewhere && (
        <p>
          Last time: <a href={fragmentOf(last, relays)}>the room “{last.room}”</a>
        </p>
      )}
    </form>
  );
}

/** Goes where the text leads. @returns the problem if it leads nowhere on this page */
function enter(text: string, chosenRelay: string, relays: Relays): Problem | undefined {
  const pasted = readPasted(text, { origin: location.origin, path: location.pathname });
  if (pasted.kind !== "here") return pasted;
  // For a link without a relay it is the first one.
  const relay = pasted.anyRelay && relays.length > 1 ? chosenRelay : pasted.relay;
  if (goTo({ ...pasted, relay }, relays)) return undefined;
  return { kind: "nothing", problem: `This page does not know the link’s relay, ${relay}.` };
}
