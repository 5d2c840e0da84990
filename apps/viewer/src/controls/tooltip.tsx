/**
 * The tooltip of the bar: the name and key of the control under the mouse, or with the keyboard's focus. It is a popover, so that
 * nothing cuts it off. Browsers without popovers show none.
 */
import { type RefObject, useEffect, useRef } from "react";
import styles from "./controls.module.css";

const DELAY_MS = 400;
const GAP_PX = 12;
const MARGIN_PX = 4;

/** @param props.bar contains the controls; the text of each is in its `data-tip` */
export function Tooltip({ bar }: { readonly bar: RefObject<HTMLElement | null> }) {
  const tip = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const [controls, element] = [bar.current, tip.current];
    if (!controls || !element?.popover) return;
    const ending = new AbortController();
    const { signal } = ending;
    let current: Element | undefined;
    let timer: ReturnType<typeof setTimeout>;
    const hide = () => {
      current = undefined;
      clearTimeout(timer);
      element.hidePopover();
    };
    const showFor = (control: HTMLElement) => {
      element.textContent = control.dataset.tip ?? "";
      element.showPopover();
      const { left, top, width } = control.getBoundingClientRect();
      const most = innerWidth - element.offsetWidth - MARGIN_PX;
      const centred = left + (width - element.offsetWidth) / 2;
      element.style.left = `${Math.max(MARGIN_PX, Math.min(most, centred))}px`;
      element.style.bottom = `${innerHeight - top + GAP_PX}px`;
    };
    const onEnter = ({ type, target }: Event) => {
      const control = target instanceof Element && target.closest<HTMLElement>("[data-tip]");
      if (control && control === current) return;
      hide();
      if (!control) return;
      current = control;
      if (type === "mouseover") timer = setTimeout(showFor, DELAY_MS, control);
      else if (control.matches(":focus-visible")) showFor(control);
    };
    const onKeyDown = ({ key }: KeyboardEvent) => {
      if (key === "Escape") hide();
    };
    // After a touch there are mouse events as well.
    if (matchMedia("(hover: hover)").matches) {
      controls.addEventListener("mouseover", onEnter, { signal });
    }
    controls.addEventListener("focusin", onEnter, { signal });
    for (const type of ["mouseleave", "focusout", "click"]) {
      controls.addEventListener(type, hide, { signal });
    }
    document.addEventListener("keydown", onKeyDown, { signal });
    return () => {
      ending.abort();
      clearTimeout(timer);
    };
  }, [bar]);
  return <div ref={tip} popover="manual" aria-hidden="true" className={styles.tip} />;
}
