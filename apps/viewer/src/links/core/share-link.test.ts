import { expect, it } from "vitest";
import { readFragment } from "./fragment.ts";
import { shareLink } from "./share-link.ts";

it("a link opens the same room, by the same token", () => {
  for (const rest of ["", "#", "#room=studio", "#room=studio&embed=1"]) {
    const link = shareLink(`https://screen.example/${rest}`, "a.b.c");
    const { room, token } = readFragment(new URL(link).hash);
    expect({ room, token }).toEqual({
      room: rest.includes("room") ? "studio" : "main",
      token: "a.b.c",
    });
  }
});

it("where no token is needed the address is the link", () => {
  expect(shareLink("http://localhost:8000/#room=a", undefined)).toBe(
    "http://localhost:8000/#room=a",
  );
});

it("how the page was to look is for its owner alone", () => {
  const link = shareLink("https://screen.example/#stats=1&room=studio&relay=wss://a", "t");
  expect(link).toBe("https://screen.example/#room=studio&relay=wss://a&token=t");
  expect(shareLink("https://screen.example/#stats=1", undefined)).toBe("https://screen.example/");
});
