// Asks the worker, from the page: one promise a request, and what is told in between.

/** What is sent back in place of an answer: the name of a sentence in the page's words, and its values. */
export class Wrong extends Error {
  constructor({ word, values }) {
    super(word);
    Object.assign(this, { word, values });
  }
}

/** The worker, and what it has not answered yet. */
export class Asked {
  #worker = new Worker(new URL("../worker.js", import.meta.url), { type: "module" });
  #waiting = new Map();
  #last = 0;

  constructor() {
    this.#worker.onmessage = ({ data }) => this.#take(data);
    this.#worker.onerror = () => {
      for (const { reject } of this.#waiting.values()) reject(new Wrong({ word: "brokeOffHere", values: {} }));
      this.#waiting.clear();
    };
  }

  /**
   * Have the worker do something (`acts` in worker.js); requests are done one after the other.
   * @param {function(object)} tell gets what it says in between.
   */
  ask(act, wishes = {}, tell = () => {}) {
    return new Promise((resolve, reject) => {
      this.#waiting.set(++this.#last, { resolve, reject, tell });
      this.#worker.postMessage({ id: this.#last, act, ...wishes });
    });
  }

  /** End what it is doing, as soon as it can. */
  stop() {
    this.#worker.postMessage({ act: "stop" });
  }

  #take({ id, progress, done, wrong }) {
    const { resolve, reject, tell } = this.#waiting.get(id) ?? {};
    if (!resolve) return;
    if (progress) return tell(progress);
    this.#waiting.delete(id);
    if (wrong) reject(new Wrong(wrong));
    else resolve(done);
  }
}
