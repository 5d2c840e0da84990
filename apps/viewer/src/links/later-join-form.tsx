/** The field for a link, loaded once it is needed: most people come by a link that works. */
import { loadLater } from "../ui/load-later.ts";
import type { JoinFormProps } from "./join-form.tsx";

const JoinForm = loadLater(async () => (await import("./join-form.tsx")).JoinForm);

export function LaterJoinForm(props: JoinFormProps) {
  return <JoinForm.Part {...props} onMissing={waitForIt} />;
}

/** Loading is retried as long as the form is needed. */
function waitForIt(): void {}
