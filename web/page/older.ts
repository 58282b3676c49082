import { element } from "./dom.ts";

/**
 * The end of the list: loads what is older when it comes into view. `load` says whether there is
 * more, or why no more is shown.
 */
export class Older {
  readonly #root: HTMLElement;
  readonly #load: (signal: AbortSignal) => Promise<boolean | string>;
  readonly #observer: IntersectionObserver;
  #loading = new AbortController();

  constructor(root: HTMLElement, load: (signal: AbortSignal) => Promise<boolean | string>) {
    this.#root = root;
    this.#load = load;
    this.#observer = new IntersectionObserver(
      (entries) => {
        if (entries.some((entry) => entry.isIntersecting)) void this.#next();
      },
      { rootMargin: "400px" },
    );
  }

  /** A new list is there; `more` says whether it has an older part. */
  reset(more: boolean): void {
    this.#loading.abort();
    this.#loading = new AbortController();
    this.#show(more);
  }

  async #next(): Promise<void> {
    this.#observer.disconnect();
    const { signal } = this.#loading;
    try {
      const more = await this.#load(signal);
      if (!signal.aborted) this.#show(more);
    } catch {
      if (!signal.aborted) this.#offerRetry();
    }
  }

  #show(more: boolean | string): void {
    this.#observer.disconnect();
    this.#root.textContent = typeof more === "string" ? more : "";
    if (more === true) this.#observer.observe(this.#root);
  }

  #offerRetry(): void {
    const button = element("button", { type: "button" }, "Load older");
    button.addEventListener("click", () => {
      this.#root.textContent = "";
      void this.#next();
    });
    this.#root.replaceChildren(button);
  }
}
