/** The room's link as text, where the clipboard is out of reach. Loaded when it is. */
import { useEffect, useRef } from "react";
import { Sheet } from "../ui/sheet.tsx";

export function LinkDialog(props: { readonly link: string; readonly close: () => void }) {
  const field = useRef<HTMLInputElement>(null);
  // After the sheet's own effect, which has opened it: before that nothing in it takes the focus.
  useEffect(() => {
    field.current?.focus();
    field.current?.select();
  }, []);
  return (
    <Sheet title="Copy link" close={props.close}>
      <label className="link-dialog">
        <span>
          This link opens this room for whoever has it. The browser does not let the page copy it,
          so please do that yourself.
        </span>
        <input ref={field} readOnly value={props.link} />
      </label>
    </Sheet>
  );
}
