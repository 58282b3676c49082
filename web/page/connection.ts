import { momentLabel } from "./time.ts";

/** How long the line may be away before the page says so. */
const PATIENCE_MS = 2_000;

/** Shows how the page is connected: a word in the rail, and a strip above the list when it isn't. */
export class ConnectionView {
  readonly #word: HTMLElement;
  readonly #strip: HTMLElement;
  readonly #now: () => number;
  #aliveAtMs: number | undefined;
  #patience: ReturnType<typeof setTimeout> | undefined;

  constructor(word: HTMLElement, strip: HTMLElement, now: () => number) {
    this.#word = word;
    this.#strip = strip;
    this.#now = now;
  }

  /** Nothing was shown yet. */
  connecting(): void {
    this.#aliveAtMs = undefined;
    this.#say("connecting", "Connecting");
  }

  /** The hub was just heard. */
  live(): void {
    this.#aliveAtMs = this.#now();
    this.#say("live", "Live");
  }

  signedOut(): void {
    this.#say("signed-out", "Signed out");
  }

  stopped(): void {
    this.#say("offline", "Stopped");
  }

  /** The line is lost. Says so once it has lasted. */
  lost(): void {
    this.#patience ??= setTimeout(() => {
      const aliveAtMs = this.#aliveAtMs;
      this.#say("offline", "Offline");
      if (aliveAtMs === undefined) return;
      const moment = momentLabel(aliveAtMs, this.#now());
      this.#strip.textContent = `Offline. Showing what was here at ${moment}.`;
      this.#strip.hidden = false;
    }, PATIENCE_MS);
  }

  #say(state: string, word: string): void {
    clearTimeout(this.#patience);
    this.#patience = undefined;
    this.#strip.hidden = true;
    this.#word.dataset["state"] = state;
    if (this.#word.textContent !== word) this.#word.textContent = word;
  }
}
