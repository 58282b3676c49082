// Prints the title of everything on some topics, over a WebSocket that comes back by itself.
// Node 22 or newer (20: node --experimental-websocket). A page in a browser does the same.
//
//   node follow.mjs http://127.0.0.1:8080 'topic:shop.#' [TOKEN]

const [hub, to, token] = process.argv.slice(2);
let cursor = 'latest';

/** A socket has no headers: where a token is needed, it buys a ticket that opens one. */
async function ticket() {
  if (token === undefined) return {};
  const headers = { authorization: `Bearer ${token}` };
  const answer = await fetch(`${hub}/v1/tickets`, { method: 'POST', headers });
  if (answer.status !== 201) throw new Error(`no ticket: ${answer.status}`);
  return { ticket: (await answer.json()).ticket };
}

async function follow() {
  const query = new URLSearchParams({ to, after: cursor, ...(await ticket()) });
  const socket = new WebSocket(`${hub.replace(/^http/, 'ws')}/v1/ws?${query}`);
  socket.onmessage = ({ data }) => {
    const message = JSON.parse(data);
    cursor = message.cursor ?? cursor;
    if (message.notification) console.log(message.notification.title);
    else if (message.event === 'hello') console.log(`follows ${message.to}`);
    else if (message.event === 'gap') console.log('something is gone');
  };
  socket.onclose = ({ code, reason }) => {
    const waitMs = code === 1012 ? Number(reason) : 1_000 + Math.random() * 4_000;
    setTimeout(() => follow().catch(() => socket.onclose({ code: 1006 })), waitMs);
  };
}

await follow();
