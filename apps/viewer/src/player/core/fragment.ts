/** Reads the page's fragment, `#room=name`, which no server ever sees. */
import { DEFAULT_ROOM, ROOM_NAME } from "@screen-share/protocol";

/**
 * The room that a link names.
 * @param fragment with or without its "#"; one that names no room means `main`
 * @returns undefined for a name that no room can have
 */
export function roomFromFragment(fragment: string): string | undefined {
  const fields = fragment.replace(/^#/, "").split("&");
  const field = fields.find((each) => each.startsWith("room="));
  const name = field?.slice("room=".length) || DEFAULT_ROOM;
  // A name needs no escapes, so none are undone: whatever holds a "%" is no name.
  return ROOM_NAME.test(name) ? name : undefined;
}
