/** A dialog over the page: Escape, its button or a press beside it close it, and the focus goes back to where it was. */
import { type ReactNode, useEffect, useId, useRef } from "react";
import { Icon } from "./icon.tsx";

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
    // biome-ignore lint/a11y/useKeyWithClickEvents: a press beside it; the keyboard has Escape
    <dialog
      ref={dialog}
      aria-labelledby={titleId}
      className="sheet"
      onClose={() => {
        // It tells so some time after: in development React has opened it again by then.
        if (!dialog.current?.open) close();
      }}
      onPointerDown={({ target, currentTarget }) => {
        pressedBeside.current = target === currentTarget;
      }}
      onClick={({ target, currentTarget }) => {
        // Not whoever has only let go there of words that were being selected.
        if (target === currentTarget && pressedBeside.current) close();
      }}
    >
      <div className="sheet-page">
        <header className="sheet-head">
          <h2 id={titleId}>{title}</h2>
          <button type="button" className="control" aria-label="Close" onClick={close}>
            <Icon name="close" />
          </button>
        </header>
        {children}
      </div>
    </dialog>
  );
}
