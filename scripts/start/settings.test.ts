import { NO_ENV_FILE } from "@screen-share/program";
import { expect, it } from "vitest";
import { childEnvironments } from "./settings.ts";

it("each program gets its own settings, and no secret of another", () => {
  const { relay, agent, bare } = childEnvironments({
    PATH: "/bin",
    DISPLAY: ":1",
    AUTH_SECRET: "secret",
    AUTH_SECRET_PREVIOUS: "secret",
    PORT: "8000",
    PRODUCER_TOKEN: "token",
    SERVER_WS_URL: "wss://elsewhere",
    ROOM: "demo",
    LOG_LEVEL: "debug",
  });
  const system = { PATH: "/bin", DISPLAY: ":1" };
  const read = { [NO_ENV_FILE]: "1" };
  const secrets = { AUTH_SECRET: "secret", AUTH_SECRET_PREVIOUS: "secret" };
  expect(relay).toEqual({ ...system, ...secrets, PORT: "8000", LOG_LEVEL: "debug", ...read });
  expect(agent).toEqual({ ...system, ROOM: "demo", LOG_LEVEL: "debug", ...read });
  expect(bare).toEqual(system);
});
