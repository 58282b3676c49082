import { byId } from "./dom.ts";
import { safeLink } from "./link.ts";
import { Page } from "./page.ts";

const meta = document.querySelector<HTMLMetaElement>('meta[name="tidings-hub"]');
const hub = new URL(meta?.content || "./", document.baseURI);
if (!hub.pathname.endsWith("/")) hub.pathname += "/";

const page = new Page(hub);
page.begin();

byId("list").addEventListener("click", (event) => {
  if (!(event.target instanceof Element)) return;
  const link = event.target.closest("a");
  if (link && safeLink(link.getAttribute("href") ?? "", location.origin) === undefined) {
    event.preventDefault();
  }
  const body = event.target.closest("button.body");
  if (body) {
    const unfolded = body.closest(".item")?.classList.toggle("unfolded") ?? false;
    body.setAttribute("aria-expanded", String(unfolded));
  }
});

addEventListener("online", () => page.retry());
addEventListener("pagehide", () => page.leave());
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "hidden") page.leave();
  else page.comeBack();
});
