/** The link that opens the room for somebody else. Pure. */

/**
 * @param href the page's address, whose token was taken out
 * @param token what opened the room, if anything had to
 */
export function shareLink(href: string, token: string | undefined): string {
  if (token === undefined) return href;
  const bare = href.replace(/#$/, "");
  return `${bare}${bare.includes("#") ? "&" : "#"}token=${token}`;
}
