/**
 * One look at a room: whoever wants a single picture watches until there is a fresh one, since the agent of a room that nobody
 * watches grabs nothing.
 */
import type { Grant } from "./grant.ts";
import type { Room, Watcher } from "./room.ts";

/** Ticks of about a second: a fresh picture should come within one grab, and is not waited for much longer. */
const MAX_TICKS = 1;

export class SnapshotViewer implements Watcher {
  readonly kind = "snapshot";
  readonly watching = true;
  #ticks = 0;
  #over = false;

  /**
   * @param options.since when it began, ms: what was on its way by then is of before
   * @param options.done called once: a whole picture of after that is there, or none came in time
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
