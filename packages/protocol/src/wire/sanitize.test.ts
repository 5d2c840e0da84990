import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { plainText } from "./sanitize.ts";

describe("plain text", () => {
  it("keeps text of every script", () => {
    expect(plainText("Zoë’s Schreibtisch · 机 · 🖥️", 100)).toBe("Zoë’s Schreibtisch · 机 · 🖥️");
  });

  it("loses control characters and characters that change the direction of text", () => {
    expect(plainText("\u001b[31mred\u0007\u009b2J\r\nnext", 100)).toBe("[31mred2Jnext");
    expect(plainText("invoice\u202egpj.exe\u2066\u200f\u061c", 100)).toBe("invoicegpj.exe");
    expect(plainText("one\u2028two\u2029three\0", 100)).toBe("onetwothree");
  });

  it("is cut between code points, never within one", () => {
    expect(plainText("🖥🖥🖥", 2)).toBe("🖥🖥");
    expect(plainText("\ud800x", 5)).toBe("x");
  });

  it("contains nothing unsafe whatever the input, and safe text is unchanged", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.integer({ min: 0, max: 50 }), (text, max) => {
        const plain = plainText(text, max);
        expect([...plain].length).toBeLessThanOrEqual(max);
        expect(plain).not.toMatch(/[\p{Cc}\p{Cs}\p{Bidi_Control}\p{Zl}\p{Zp}]/u);
        expect(plainText(plain.trim(), max)).toBe(plain.trim());
      }),
    );
  });
});
