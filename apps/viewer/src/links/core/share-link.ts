/** The link that opens the room for somebody else. Pure. */

import { isOption } from "./fragment.ts";

/**
 * How the page is to look is left out: that is for its owner alone.
 * @param href the page's address, whose token was taken out
 * @param token what opened the room, if anything had to
 */
export function shareLink(href: string, token: string | undefined): string {
  const [address = "", fragment = ""] = href.split(/#(.*)/s);
  const fields = fragment.split("&").filter((field) => field !== "" && !isOption(field));
  if (token !== undefined) fields.push(`token=${token}`);
  return fields.length > 0 ? `${address}#${fields.join("&")}` : address;
}
