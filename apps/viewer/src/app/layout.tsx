import type { Metadata, Viewport } from "next";
import type { ReactNode } from "react";
import packageJson from "../../package.json" with { type: "json" };
import { RELAY_URL } from "../env.ts";
import "./globals.css";

export const metadata: Metadata = {
  generator: `Screen Share ${packageJson.version}`,
  description: "One person's screen, live.",
  referrer: "no-referrer",
  robots: { index: false, follow: false },
  // The page's policy (scripts/csp.ts) lets it dial this one.
  other: RELAY_URL === undefined ? {} : { relay: RELAY_URL },
};

export const viewport: Viewport = {
  width: "device-width",
  initialScale: 1,
  viewportFit: "cover",
  colorScheme: "dark",
  themeColor: "#000000",
};

export default function Layout({ children }: { readonly children: ReactNode }) {
  return (
    <html lang="en">
      <body>{children}</body>
    </html>
  );
}
