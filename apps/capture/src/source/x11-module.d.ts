/** The part of the library `x11` that `x11-connection.ts` uses. The library has no types of its own. */
declare module "x11" {
  /** What it reports, and that a callback returns true, so that the error is not emitted as "error" as well. */
  type Done<T> = (error: XError | null | undefined, reply: T) => true;

  interface XError extends Error {
    /** The protocol's error code, if the server reported one. */
    readonly error?: number;
  }

  interface Visual {
    /** 0 StaticGray, 1 GrayScale, 2 StaticColor, 3 PseudoColor, 4 TrueColor, 5 DirectColor. */
    readonly class: number;
    /** How many entries its colormaps have. */
    readonly map_ent: number;
    readonly red_mask: number;
    readonly green_mask: number;
    readonly blue_mask: number;
  }

  interface Screen {
    readonly root: number;
    readonly default_colormap: number;
    readonly root_depth: number;
    readonly root_visual: number;
    readonly depths: Readonly<Record<number, Readonly<Record<number, Visual>>>>;
  }

  interface Display {
    readonly image_byte_order: number;
    readonly bitmap_bit_order: number;
    readonly format: Readonly<
      Record<number, { readonly bits_per_pixel: number; readonly scanline_pad: number }>
    >;
    readonly screen: readonly Screen[];
  }

  interface Extension {
    readonly majorOpcode: number;
    readonly firstEvent: number;
  }

  interface Damage extends Extension {
    readonly ReportLevel: { readonly DeltaRectangles: number };
    Create(damage: number, drawable: number, level: number): void;
    Subtract(damage: number, repair: number, parts: number): void;
  }

  interface Randr extends Extension {
    readonly major_version: number;
    readonly minor_version: number;
    readonly NotifyMask: { readonly All: number };
    SelectInput(window: number, mask: number): void;
    GetOutputInfo(
      output: number,
      configTimestamp: number,
      done: Done<{ readonly name: string }>,
    ): void;
  }

  interface Xinerama extends Extension {
    IsActive(done: Done<number>): void;
    QueryScreens(done: Done<readonly Geometry[]>): void;
  }

  interface Geometry {
    readonly x: number;
    readonly y: number;
    readonly width: number;
    readonly height: number;
  }

  interface Event {
    readonly type: number;
    /** In a DamageNotify: what was drawn. */
    readonly area?: {
      readonly x: number;
      readonly y: number;
      readonly w: number;
      readonly h: number;
    };
  }

  interface Client {
    /** Undefined until it is connected. */
    readonly stream: import("node:net").Socket | undefined;
    on(name: "event", listener: (event: Event) => void): void;
    on(name: "error", listener: (error: XError) => void): void;
    on(name: "end", listener: () => void): void;
    AllocID(): number;
    require(name: "damage", done: Done<Damage>): void;
    require(name: "randr", done: Done<Randr>): void;
    require(name: "xinerama", done: Done<Xinerama>): void;
    QueryExtension(name: string, done: Done<{ readonly present: number }>): void;
    GetGeometry(
      drawable: number,
      done: Done<{ readonly width: number; readonly height: number }>,
    ): void;
    ListInstalledColormaps(window: number, done: Done<readonly number[]>): void;
    QueryColors(
      colormap: number,
      pixels: readonly number[],
      done: Done<
        readonly { readonly red: number; readonly green: number; readonly blue: number }[]
      >,
    ): void;
    ChangeWindowAttributes(window: number, values: { readonly eventMask: number }): void;
    GetInputFocus(done: Done<unknown>): void;
    GetImage(
      format: number,
      drawable: number,
      x: number,
      y: number,
      width: number,
      height: number,
      planeMask: number,
      done: Done<{ readonly data: Buffer }>,
    ): void;

    // For requests that the library lacks, written in the way its own extensions do.
    seq_num: number;
    readonly replies: Record<number, [(body: Buffer) => unknown, Done<never>]>;
    readonly pack_stream: { put(request: Buffer): void; submit(expectsReply: boolean): void };
  }

  const x11: {
    readonly eventMask: { readonly StructureNotify: number };
    createClient(
      options: {
        /** With a stream, only its numbers are used. */
        readonly display: string;
        readonly stream: import("node:net").Socket;
        /** The key, one character per byte. */
        readonly auth: { readonly name: string; readonly data: string };
        readonly shm: false;
        readonly disableBigRequests: true;
      },
      done: (error: Error | undefined, display: Display) => void,
    ): Client;
  };
  export default x11;
  export type { Client, Damage, Display, Done, Event, Geometry, Randr, Screen, Visual, Xinerama };
}
