import { Head, Html, Main, NextScript } from "next/document";
import packageJson from "../../package.json" with { type: "json" };
import { BUILT_RELAYS } from "../links/relays.ts";

/** What every page is in: the head that no component changes. Rendered when the page is built, and never in the browser. */
export default function Document() {
  return (
    <Html lang="en">
      <Head>
        <meta name="generator" content={`Screen Share ${packageJson.version}`} />
        <meta name="description" content="One person's screen, live." />
        <meta name="referrer" content="no-referrer" />
        <meta name="robots" content="noindex, nofollow" />
        <meta name="color-scheme" content="light dark" />
        <meta name="theme-color" media="(prefers-color-scheme: light)" content="#d9dadc" />
        <meta name="theme-color" media="(prefers-color-scheme: dark)" content="#000000" />
        {/* The page's policy (scripts/csp.ts) lets it dial these. */}
        {BUILT_RELAYS && (
          <meta name="relay" content={BUILT_RELAYS.map(({ url }) => url).join(",")} />
        )}
        <link rel="icon" href="./icon.svg" type="image/svg+xml" sizes="any" />
      </Head>
      <body>
        <Main />
        <NextScript />
      </body>
    </Html>
  );
}
