/** When the first of many things is due, whatever it is: one comparison says that there is nothing to do. */
export class Alarm {
  dueAt = Number.POSITIVE_INFINITY;

  /** Something is due at a time. */
  setFor(time: number): void {
    if (time < this.dueAt) this.dueAt = time;
  }
}
