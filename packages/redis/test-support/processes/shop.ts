import type { Worker } from '../workers.js';
import type { ShopNews, ShopTask } from './shop-worker.js';

/** A process of a shop, as its test talks to it: one task after the other. */
export class Shop {
  readonly #worker: Worker;
  #tasks = 1;

  constructor(worker: Worker) {
    this.#worker = worker;
  }

  /** Has it do something. @returns what came of it */
  async does(task: ShopTask): Promise<ShopNews> {
    this.#worker.tell(task);
    return (await this.#worker.hasSaid(++this.#tasks)) as ShopNews;
  }

  /** The value, or the code of the error that refused it. */
  async answer(task: ShopTask): Promise<unknown> {
    const news = await this.does(task);
    return 'value' in news ? news.value : news.refused;
  }

  async kill(): Promise<void> {
    await this.#worker.kill();
  }
}
