/** Which version of Screen Share this is: the whole product's, since there is one for all its parts. */
import packageJson from "../package.json" with { type: "json" };

export const VERSION: string = packageJson.version;
