/** The version of Screen Share, which all its parts share. */
import packageJson from "../package.json" with { type: "json" };

export const VERSION: string = packageJson.version;
