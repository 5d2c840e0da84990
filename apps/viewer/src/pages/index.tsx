import packageJson from "../../package.json" with { type: "json" };
import { Entry } from "../page/entry.tsx";
import styles from "../page/page.module.css";

export default function Page() {
  return (
    <>
      <noscript>
        <p className={styles.noScript}>
          Screen Share needs JavaScript to show the screen. Please allow it for this page.
        </p>
      </noscript>
      <Entry version={packageJson.version} />
    </>
  );
}
