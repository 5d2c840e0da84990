/** How a screen is shared here: a command, to be copied. */
import { useEffect, useState } from "react";
import { copyText } from "../keep/clipboard.ts";
import ui from "../ui/ui.module.css";
import styles from "./command.module.css";

const SAY_SO_MS = 2000;

/** @param props.guarded whether the relay asks for a token */
export function Command(props: { readonly command: string; readonly guarded: boolean }) {
  const { command, guarded } = props;
  const [copied, setCopied] = useState<"yes" | "no">();
  useEffect(() => {
    if (copied === undefined) return;
    const timer = setTimeout(() => setCopied(undefined), SAY_SO_MS);
    return () => clearTimeout(timer);
  }, [copied]);
  const copy = async () => setCopied((await copyText(command)) ? "yes" : "no");
  return (
    <div className={styles.invitation}>
      <p>Is it your screen? Run this on its computer:</p>
      <div className={styles.command}>
        <code>{command}</code>
        <button type="button" className={`${ui.button} ${ui.small}`} onClick={copy}>
          {copied === "yes" ? "Copied" : copied === "no" ? "Select it" : "Copy"}
          <span className={ui.srOnly}> the command</span>
        </button>
      </div>
      <p role="status" className={ui.srOnly}>
        {copied === "yes" && "The command was copied."}
        {copied === "no" && "The browser did not let the command be copied."}
      </p>
      {guarded && (
        <p>
          with the host’s own token as <code>PRODUCER_TOKEN</code>.
        </p>
      )}
    </div>
  );
}
