/** Keeps the screen from going dark while there is something live to see on it. */
import { useEffect } from "react";

/** @param wanted whether it should stay bright; a hidden page never asks for that */
export function useWakeLock(wanted: boolean): void {
  useEffect(() => {
    if (!wanted || !("wakeLock" in navigator)) return;
    const ending = new AbortController();
    const { signal } = ending;
    let lock: WakeLockSentinel | undefined;
    let asking = false;
    const acquire = async () => {
      if (document.visibilityState !== "visible" || asking || (lock && !lock.released)) return;
      asking = true;
      try {
        const acquired = await navigator.wakeLock.request("screen");
        if (signal.aborted) await acquired.release();
        else lock = acquired;
      } catch {
        // Low battery, or a policy: the screen goes dark as it would anyway.
      } finally {
        asking = false;
      }
    };
    // The browser releases it when the page is hidden.
    document.addEventListener("visibilitychange", () => void acquire(), { signal });
    void acquire();
    return () => {
      ending.abort();
      void lock?.release();
    };
  }, [wanted]);
}
