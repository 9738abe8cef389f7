/** Which users may have no calls: a latch that holds until it is lifted. */
export class KillSwitch {
  #everybody: string | undefined;
  #users: Map<string, string> | undefined;

  /** Stops a user, or everybody. */
  kill(reason: string, userId: string | undefined): void {
    if (userId === undefined) this.#everybody = reason;
    else {
      this.#users ??= new Map();
      this.#users.set(userId, reason);
    }
  }

  /** Lifts the latch of a user, or every latch. */
  revive(userId: string | undefined): void {
    if (userId !== undefined) this.#users?.delete(userId);
    else {
      this.#everybody = undefined;
      this.#users = undefined;
    }
  }

  /** Why a user is stopped; `undefined` where none is. */
  reasonFor(userId: string | undefined): string | undefined {
    return this.#everybody ?? (userId === undefined ? undefined : this.#users?.get(userId));
  }
}
