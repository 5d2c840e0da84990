import packageJson from "../../package.json" with { type: "json" };
import { Notice } from "../status/notice.tsx";
import ui from "../ui/ui.module.css";

/** Nothing runs here: at whatever depth the page is shown, relative addresses of scripts would lead nowhere. */
export const config: { readonly unstable_runtimeJS: false; readonly maxDuration?: number } = {
  unstable_runtimeJS: false,
};

/** What stands where there is no page. Next's own would need inline styles, which our policy does not allow. */
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
        detail="The address leads to no page. A link to a shared screen has a “#” in it."
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
