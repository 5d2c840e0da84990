import packageJson from "../../package.json" with { type: "json" };
import { Viewer } from "../components/viewer.tsx";

export default function Page() {
  return (
    <>
      <noscript>
        <p className="no-script">
          Screen Share shows a screen live, and needs JavaScript for it. Please allow it for this
          page.
        </p>
      </noscript>
      <Viewer version={packageJson.version} />
    </>
  );
}
