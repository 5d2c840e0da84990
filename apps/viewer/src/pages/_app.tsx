import type { AppProps } from "next/app";
import Head from "next/head";
import "../ui/tokens.css";
import "../ui/base.css";

/** Around every page. The viewport is here and not in the document because Next puts one of its own where it finds none here. */
export default function App({ Component, pageProps }: AppProps) {
  return (
    <>
      <Head>
        <meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover" />
      </Head>
      <Component {...pageProps} />
    </>
  );
}
