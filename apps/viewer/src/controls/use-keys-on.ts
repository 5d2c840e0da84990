/**
 * Whether single keys do anything. Some people's tools, as speech input, press them unmeant, so they can be turned off (WCAG 2.2,
 * 2.1.4); which, is kept in this browser.
 */
import { useState } from "react";
import type { Toggle } from "./core/actions.ts";

const KEY = "screen-share keys";
const OFF = "off";

export function useKeysOn(): Toggle {
  const [on, setOn] = useState(readOn);
  const toggle = () => {
    setOn(!on);
    try {
      if (on) localStorage.setItem(KEY, OFF);
      else localStorage.removeItem(KEY);
    } catch {
      // Storage is blocked: it holds for as long as the page does.
    }
  };
  return { on, toggle };
}

function readOn(): boolean {
  try {
    return localStorage.getItem(KEY) !== OFF;
  } catch {
    return true;
  }
}
