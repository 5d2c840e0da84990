import packageJson from "../../package.json" with { type: "json" };
import { Notice } from "../status/notice.tsx";
import ui from "../ui/ui.module.css";

/** No scripts: this page is shown at any depth, where relative addresses of scripts are wrong. */
export const config: { readonly unstable_runtimeJS: false; readonly maxDuration?: number } = {
  unstable_runtimeJS: false,
};

/** The page for unknown addresses. Next's own needs inline styles, which our policy forbids. */
export default function NotFound() {
  return (
    <main>
      <title>Nothing here · Screen Share</title>
      <h1 className={ui.srOnly}>Screen Share</h1>
      <Notice
        form="page"
        tip={`Screen Share ${packageJson.version}`}
        state="not-found"
        tone="calm"
        title="There is nothing here"
        detail="No page has this address. Links to shared screens contain a “#”."
      >
        <p>
          <a href="/" className={ui.button}>
            Go to the viewer
          </a>
        </p>
      </Notice>
    </main>
  );
}
