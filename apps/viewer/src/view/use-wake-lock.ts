/** Keeps the device's screen on while the picture is live. */
import { useEffect } from "react";

/** @param wanted whether the screen should stay on; a hidden page never requests that */
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
        // Low battery, or a policy: the screen turns off as usual.
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
