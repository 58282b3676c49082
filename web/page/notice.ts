import { element } from "./dom.ts";

/** Something that keeps the list from being shown: cause, remedy and one button. */
export interface Fault {
  readonly cause: string;
  readonly remedy: string;
  readonly button: string;
  readonly act: () => void;
}

export function drawFault({ cause, remedy, button, act }: Fault): HTMLElement {
  const press = element("button", { type: "button", class: "primary" }, button);
  press.addEventListener("click", act);
  return element(
    "section",
    { class: "notice", role: "alert" },
    element("h2", {}, cause),
    element("p", {}, remedy),
    press,
  );
}

/** The prompt for a token. `submit` gets it trimmed and returns what is wrong with it, if anything. */
export function drawSignIn(
  reason: string,
  submit: (token: string) => string | undefined,
): HTMLElement {
  const input = element("input", {
    id: "token",
    name: "token",
    type: "password",
    autocomplete: "off",
    spellcheck: "false",
    required: "",
    "aria-describedby": "token-fault",
  });
  const fault = element("p", { id: "token-fault", class: "fault", role: "status" });
  const form = element(
    "form",
    { class: "notice" },
    element("h2", {}, "Sign in"),
    element("p", {}, reason),
    element("label", { for: "token" }, "Token"),
    element(
      "div",
      { class: "field" },
      input,
      element("button", { type: "submit", class: "primary" }, "Sign in"),
    ),
    fault,
  );
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    fault.textContent = submit(input.value.trim()) ?? "";
  });
  return form;
}

/** Six rows that stand still where the list will be. */
export function drawSkeletons(): HTMLElement[] {
  return Array.from({ length: 6 }, () =>
    element(
      "li",
      { class: "skeleton", "aria-hidden": "true" },
      element("span", { class: "tile" }),
      element("span", { class: "bone" }),
      element("span", { class: "bone short" }),
    ),
  );
}
