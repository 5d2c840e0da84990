/** A dialog over the page. Escape, its button, and a press beside it close it; the focus then returns to where it was. */
import { type ReactNode, useEffect, useId, useRef } from "react";
import { Icon } from "./icon.tsx";
import styles from "./sheet.module.css";
import ui from "./ui.module.css";

export function Sheet(props: {
  readonly title: string;
  readonly close: () => void;
  readonly children: ReactNode;
}) {
  const { title, close, children } = props;
  const dialog = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  const pressedBeside = useRef(false);
  useEffect(() => {
    const element = dialog.current;
    element?.showModal();
    return () => element?.close();
  }, []);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: this is a press beside the dialog; for the keyboard there is Escape
    <dialog
      ref={dialog}
      aria-labelledby={titleId}
      className={`${styles.sheet} ${ui.surface}`}
      onClose={() => {
        // The event comes some time later. In development React has opened the dialog again by then.
        if (!dialog.current?.open) close();
      }}
      onPointerDown={({ target, currentTarget }) => {
        pressedBeside.current = target === currentTarget;
      }}
      onClick={({ target, currentTarget }) => {
        // A selection of text that only ends beside the dialog does not close it.
        if (target === currentTarget && pressedBeside.current) close();
      }}
    >
      <div className={styles.content}>
        <header className={styles.header}>
          <h2 id={titleId}>{title}</h2>
          <button type="button" className={ui.iconButton} aria-label="Close" onClick={close}>
            <Icon name="close" />
          </button>
        </header>
        {children}
      </div>
    </dialog>
  );
}
