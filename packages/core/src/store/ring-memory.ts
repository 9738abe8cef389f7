/** A chunk holds so many numbers, or one ring where that is larger. */
const CHUNK_BITS = 12;
const CHUNK_LENGTH = 2 ** CHUNK_BITS;
/** Rings of size 0 have room for two times; those of the next size are twice as long. */
const LEAST_LENGTH = 4;

/** A ring begins with when it expires, and with two whole numbers in the place of one: where its oldest time is, and how many. */
const EXPIRES_AT = 0;
const HEAD = 2;
const COUNT = 3;
const HEADER = 2;

/** Where a ring lies: its chunk, and its offset in there. */
export type RingPlace = number;

/** Rings of one size, side by side. */
class Chunk {
  readonly size: number;
  readonly numbers: Float64Array;
  /** The same memory. */
  readonly whole: Int32Array;
  readonly ringLength: number;
  /** How many times fit into a ring. */
  readonly room: number;
  index = -1;
  inUse = 0;
  /** Where no ring has ever been. */
  #fresh = 0;
  readonly #freed: number[] = [];

  constructor(size: number, numbers: Float64Array) {
    this.size = size;
    this.numbers = numbers;
    this.whole = new Int32Array(numbers.buffer);
    this.ringLength = lengthOf(size);
    this.room = this.ringLength - HEADER;
  }

  get isFull(): boolean {
    return this.#freed.length === 0 && this.#fresh + this.ringLength > this.numbers.length;
  }

  /** An empty ring. */
  take(): number {
    const offset = this.#freed.pop() ?? this.#takeFresh();
    this.whole[2 * offset + HEAD] = 0;
    this.whole[2 * offset + COUNT] = 0;
    this.inUse++;
    return offset;
  }

  #takeFresh(): number {
    this.#fresh += this.ringLength;
    return this.#fresh - this.ringLength;
  }

  giveBack(offset: number): void {
    this.inUse--;
    this.#freed.push(offset);
  }
}

/**
 * Memory for rings of times, a multitude of which are tiny: an object for each would take several times what is in it. Chunks in
 * which nothing is left are let go.
 */
export class RingMemory {
  readonly #chunks: (Chunk | undefined)[] = [];
  readonly #vacant: number[] = [];
  readonly #withRoom: (Set<Chunk> | undefined)[] = [];
  /** For rings that come and go. */
  #spare: Float64Array | undefined;

  /** A ring without times. Size 0 has room for two, the next size for more than twice as many. */
  allocate(size: number): RingPlace {
    const withRoom = (this.#withRoom[size] ??= new Set());
    const chunk = firstOf(withRoom) ?? this.#newChunk(size, withRoom);
    const offset = chunk.take();
    if (chunk.isFull) withRoom.delete(chunk);
    return chunk.index * CHUNK_LENGTH + offset;
  }

  /** Frees the memory of a ring. */
  free(place: RingPlace): void {
    const chunk = this.#chunks[place >>> CHUNK_BITS] as Chunk;
    const withRoom = this.#withRoom[chunk.size] as Set<Chunk>;
    chunk.giveBack(place & (CHUNK_LENGTH - 1));
    if (chunk.inUse > 0) {
      withRoom.add(chunk);
      return;
    }
    withRoom.delete(chunk);
    this.#chunks[chunk.index] = undefined;
    this.#vacant.push(chunk.index);
    if (chunk.numbers.length === CHUNK_LENGTH) this.#spare = chunk.numbers;
  }

  /**
   * Adds the latest time to a ring that then holds at most `limit` of its window, in one step: what most calls need. `false`:
   * nothing is added, as there is no room in the ring or in its window.
   */
  tryAppend(place: RingPlace, limit: number, periodMs: number, now: number): boolean {
    const chunk = this.#chunks[place >>> CHUNK_BITS] as Chunk;
    const start = place & (CHUNK_LENGTH - 1);
    const count = dropBefore(chunk, start, now, periodMs);
    const { numbers, whole, room } = chunk;
    if (count >= limit || count === room) return false;
    const end = (whole[2 * start + HEAD] as number) + count;
    numbers[start + HEADER + (end < room ? end : end - room)] = now;
    numbers[start + EXPIRES_AT] = now + periodMs;
    whole[2 * start + COUNT] = count + 1;
    return true;
  }

  /** The ring at a place. */
  at(place: RingPlace): Ring {
    return new Ring(this.#chunks[place >>> CHUNK_BITS] as Chunk, place & (CHUNK_LENGTH - 1));
  }

  #newChunk(size: number, withRoom: Set<Chunk>): Chunk {
    const length = Math.max(CHUNK_LENGTH, lengthOf(size));
    const numbers = length === CHUNK_LENGTH ? this.#spare : undefined;
    if (numbers !== undefined) this.#spare = undefined;
    const chunk = new Chunk(size, numbers ?? new Float64Array(length));
    chunk.index = this.#vacant.pop() ?? this.#chunks.length;
    this.#chunks[chunk.index] = chunk;
    withRoom.add(chunk);
    return chunk;
  }
}

/** A ring of times, oldest first: a view on its memory, good until that is freed. */
export class Ring {
  readonly chunk: Chunk;
  readonly start: number;

  constructor(chunk: Chunk, start: number) {
    this.chunk = chunk;
    this.start = start;
  }

  get size(): number {
    return this.chunk.size;
  }

  get count(): number {
    return this.chunk.whole[2 * this.start + COUNT] as number;
  }

  get isFull(): boolean {
    return this.count === this.chunk.room;
  }

  get expiresAt(): number {
    return this.chunk.numbers[this.start + EXPIRES_AT] as number;
  }

  set expiresAt(time: number) {
    this.chunk.numbers[this.start + EXPIRES_AT] = time;
  }

  /** The time after so many older ones. */
  timeAt(index: number): number {
    return this.chunk.numbers[this.#placeOf(index)] as number;
  }

  setTime(index: number, time: number): void {
    this.chunk.numbers[this.#placeOf(index)] = time;
  }

  /** Adds the latest time; the ring must not be full. */
  append(time: number): void {
    const { count } = this;
    this.setTime(count, time);
    this.chunk.whole[2 * this.start + COUNT] = count + 1;
  }

  /** Adds all that is in another one. */
  appendAll(other: Ring): void {
    for (let index = 0; index < other.count; index++) this.append(other.timeAt(index));
  }

  dropLatest(): void {
    this.chunk.whole[2 * this.start + COUNT] = this.count - 1;
  }

  /** Drops the times that a window of this length has left behind. */
  dropBefore(now: number, periodMs: number): void {
    dropBefore(this.chunk, this.start, now, periodMs);
  }

  // Dividing costs more than all the rest.
  #placeOf(index: number): number {
    const { whole, room } = this.chunk;
    const place = (whole[2 * this.start + HEAD] as number) + index;
    return this.start + HEADER + (place < room ? place : place - room);
  }
}

/** Drops the times that a window of this length has left behind, and answers how many are left. */
function dropBefore({ numbers, whole, room }: Chunk, start: number, now: number, periodMs: number): number {
  let head = whole[2 * start + HEAD] as number;
  let count = whole[2 * start + COUNT] as number;
  // Written as a sum, as in a refusal, so that no rounding lets one say that a place frees now.
  while (count > 0 && (numbers[start + HEADER + head] as number) + periodMs <= now) {
    head = head + 1 === room ? 0 : head + 1;
    count--;
  }
  whole[2 * start + HEAD] = head;
  whole[2 * start + COUNT] = count;
  return count;
}

function lengthOf(size: number): number {
  return LEAST_LENGTH * 2 ** size;
}

function firstOf<T>(items: Iterable<T>): T | undefined {
  for (const item of items) return item;
  return undefined;
}
