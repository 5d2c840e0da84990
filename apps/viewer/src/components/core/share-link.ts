/** The link that opens the room for somebody else. Pure. */

/** What its owner asked for alone: how the page is to look. */
const WISHES = /^(?:stats|embed|background)=/;

/**
 * @param href the page's address, whose token was taken out
 * @param token what opened the room, if anything had to
 */
export function shareLink(href: string, token: string | undefined): string {
  const [address = "", fragment = ""] = href.split(/#(.*)/s);
  const fields = fragment.split("&").filter((field) => field !== "" && !WISHES.test(field));
  if (token !== undefined) fields.push(`token=${token}`);
  return fields.length > 0 ? `${address}#${fields.join("&")}` : address;
}
