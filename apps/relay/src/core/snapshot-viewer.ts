/** Views a room until one fresh picture has arrived: the agent of a room without viewers captures nothing. */
import type { Viewer } from "./audience.ts";
import type { Grant } from "./grant.ts";
import type { Room } from "./room.ts";

/** Ticks of about a second. A fresh picture arrives within one capture; after that, waiting longer rarely helps. */
const MAX_TICKS = 1;

export class SnapshotViewer implements Viewer {
  readonly kind = "snapshot";
  readonly watching = true;
  #ticks = 0;
  #over = false;

  /**
   * @param options.since when the request arrived, ms. Older pictures do not count
   * @param options.done called once: when a whole fresh picture has arrived, or none did in time
   * @throws ProtocolError as `Room.join`
   */
  constructor(
    private readonly room: Room,
    grant: Grant,
    private readonly options: { readonly since: number; readonly done: () => void },
  ) {
    room.join(this, grant);
  }

  advance(): void {
    const { shown } = this.room.picture;
    if (shown && !shown.partial && shown.store.capturedAt >= this.options.since) this.dismiss();
  }

  viewersChanged(): void {
    if (++this.#ticks > MAX_TICKS) this.dismiss();
  }

  producerChanged(): void {
    if (this.room.status.state !== "live") this.dismiss();
  }

  dismiss(): void {
    if (this.#over) return;
    this.#over = true;
    this.room.leave(this);
    this.options.done();
  }
}
