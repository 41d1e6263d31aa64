import { byId, counted, element, mark, sign, sync, tellAges, timeSince } from "./dom.js";
import { drawMap } from "./map.js";
import { Tables, whyButton } from "./tables.js";
import { Why } from "./why.js";

/** Milliseconds between two questions; after failures twice as long each time. */
const interval = 5000;
const longestInterval = 60000;
/** How long an answer may take. */
const patience = 30000;

/** Known to this page only, and only as long as it is open. */
let token = null;
let page = null;
let timer = null;
let delay = interval;
let isPaused = false;
let isAsking = false;
let fresh = new Set();

const tables = new Tables();

class NeedsToken extends Error {}

async function ask(path) {
  const headers = token == null ? {} : { Authorization: `Bearer ${token}` };
  const answer = await fetch(path, {
    headers, cache: "no-store", credentials: "omit", redirect: "error", signal: AbortSignal.timeout(patience),
  });
  if (answer.status === 401) throw new NeedsToken();
  if (!answer.ok) throw new Error((await answer.text()).slice(0, 1000) || `status ${answer.status}`);
  return answer.json();
}

const why = new Why(async (target) => (
  {
    explanation: await ask(`page/explain?target=${encodeURIComponent(target)}`),
    now: page?.askedAt ?? new Date().toISOString(),
  }));

/** What was told of an address that is worth a word when it changes. */
const facts = ({ layer2, bgp, problems }) =>
  JSON.stringify([layer2.owners, layer2.ownersByHearsay, bgp.nodes, problems]);

const holders = ({ layer2, bgp }) =>
  [...layer2.owners, ...layer2.ownersByHearsay, ...bgp.nodes].join(", ") || "nobody";

/** What differs between two answers, in words; empty where nothing does. */
function changes(old, now) {
  const before = new Map(old.addresses.map((item) => [item.address, item]));
  const found = [];
  for (const item of now.addresses) {
    const former = before.get(item.address);
    before.delete(item.address);
    if (!former) found.push([item.address, `${item.address} is new`]);
    else if (facts(former) !== facts(item)) {
      const [from, to] = [holders(former), holders(item)];
      const what = from === to ? item.problems[0] ?? "its problems are over" : `${from} to ${to}`;
      found.push([item.address, `${item.address}: ${what}`]);
    }
  }
  for (const address of before.keys()) found.push([address, `${address} is gone`]);
  return found;
}

function tellNews(old, now) {
  const found = changes(old, now);
  fresh = new Set(found.map(([address]) => address));
  const words = found.slice(0, 3).map(([, text]) => text);
  if (found.length > 3) words.push(`and ${counted(found.length - 3, "more change")}`);
  const [before, after] = [old, now].map((one) => one.concerns.length + one.concernsLeftOut);
  if (before !== after) words.push(`${counted(after, "problem")}, before ${before}`);
  if (words.length > 0) byId("news").textContent = `Changed at ${now.askedAt.slice(11, 19)}: ${words.join("; ")}`;
}

function concern({ severity, subject, text, since, targets }) {
  const kind = severity === "error" ? "bad" : "attention";
  const parts = [sign(kind), element("strong", { class: kind }, `${severity}: ${subject}: `), text];
  if (since) parts.push(", for ", timeSince(since));
  const line = element("div", {}, ...parts);
  const buttons = targets.map((target) => whyButton(target, `Why ${target}?`));
  return element(
    "li", { class: severity }, line,
    ...(buttons.length > 0 ? [element("div", { class: "targets" }, ...buttons)] : []));
}

function showProblems() {
  const list = byId("problems");
  const count = page.concerns.length + page.concernsLeftOut;
  byId("problems-title").textContent = count === 0 ? "Problems" : `Problems: ${count.toLocaleString("en")}`;
  if (count === 0) {
    list.replaceChildren(element("li", { class: "none" }, mark("good", "No problem is known.")));
  } else {
    sync(list, page.concerns, ({ severity, subject, text }) => `${severity} ${subject} ${text}`, concern);
  }
  const rest = byId("problems-rest");
  rest.hidden = page.concernsLeftOut === 0;
  rest.textContent = `and ${page.concernsLeftOut.toLocaleString("en")} more`;
}

function searchText({ address, services, pool, externalTrafficPolicy, layer2, bgp, problems }) {
  return [
    address, ...services, pool ?? "", externalTrafficPolicy, ...layer2.owners, ...layer2.ownersByHearsay, ...bgp.nodes,
    ...bgp.withoutSession, ...Object.keys(bgp.peers), ...problems,
  ].join("\n").toLowerCase();
}

const nodeText = ({ node, outcome, detail, peers }) =>
  [node, outcome, detail ?? "", ...peers.flatMap(({ name, place, state }) => [name, place, state])].join("\n").toLowerCase();

const isTroubled = ({ outcome, hasLease, drainedSince, peers }) =>
  outcome !== "answered" || hasLease === false || drainedSince != null
  || peers.some(({ state, bfd }) => state !== "Established" || (bfd != null && bfd !== "Up"));

function showTables() {
  const words = byId("filter").value.toLowerCase().split(/\s+/).filter(Boolean);
  const onlyWrong = byId("wrong").checked;
  const matches = (text) => words.every((word) => text.includes(word));
  const found = page.addresses.filter((item) =>
    (!onlyWrong || item.problems.length > 0) && matches(searchText(item)));
  const addresses = [
    ...found.filter(({ problems }) => problems.length > 0), ...found.filter(({ problems }) => problems.length === 0)];
  const holding = new Set(found.flatMap(({ layer2, bgp }) => [...layer2.owners, ...bgp.nodes]));
  const nodes = page.nodes.filter((node) =>
    (!onlyWrong || isTroubled(node)) && (matches(nodeText(node)) || holding.has(node.node)));
  tables.show(page, { addresses, nodes }, `${words.join(" ")} ${onlyWrong}`, fresh);
  drawMap(page, addresses);
  tellAges(byId("problems"), page.askedAt);
}

function show() {
  const present = page.nodes.filter(({ outcome }) => outcome !== "missing");
  const answered = present.filter(({ outcome }) => outcome === "answered").length;
  byId("name").textContent = page.scope === "cluster" ? page.name : `on ${page.name}`;
  document.title = `${page.concerns.length > 0 ? `(${page.concerns.length + page.concernsLeftOut}) ` : ""}Bellman: ${page.name}`;
  const at = `${page.askedAt.slice(11, 19)} UTC`;
  byId("heard").textContent = page.scope === "cluster"
    ? `${answered} of ${counted(present.length, "speaker")} answered at ${at}`
      + (answered < present.length ? ": what follows is partial" : "")
    : `What the speaker of this node knows, at ${at}`;
  byId("content").hidden = false;
  showProblems();
  showTables();
}

function askForToken() {
  byId("login").hidden = false;
  byId("content").hidden = true;
  byId("heard").textContent = "Not asked yet";
  byId("trouble").textContent = token == null ? "" : "The speaker does not take this token.";
  token = null;
  byId("token").focus();
}

function schedule() {
  clearTimeout(timer);
  timer = isPaused || document.hidden ? null : setTimeout(update, delay);
}

async function update() {
  if (isAsking) return;
  isAsking = true;
  try {
    const next = await ask("page/overview");
    if (next.version !== 1) throw new Error("This page is of another version than the speaker: load it again.");
    if (page) tellNews(page, next);
    page = next;
    delay = interval;
    byId("trouble").textContent = "";
    byId("login").hidden = true;
    show();
  } catch (error) {
    if (error instanceof NeedsToken) return askForToken();
    delay = Math.min(delay * 2, longestInterval);
    const old = page ? ` What is shown is of ${page.askedAt.slice(11, 19)} UTC.` : "";
    byId("trouble").textContent = `No answer: ${error.message}.${old}`;
  } finally {
    isAsking = false;
  }
  schedule();
}

byId("login").addEventListener("submit", (event) => {
  event.preventDefault();
  token = byId("token").value.trim();
  byId("token").value = "";
  update();
});

byId("pause").addEventListener("click", () => {
  isPaused = !isPaused;
  byId("pause").setAttribute("aria-pressed", String(isPaused));
  if (isPaused) schedule();
  else update();
});

byId("filters").addEventListener("submit", (event) => event.preventDefault());
byId("filters").addEventListener("input", () => page && showTables());

document.addEventListener("visibilitychange", () => {
  if (document.hidden || isPaused) schedule();
  else update();
});

// `token` is taken out of the address, where the history would keep it; `session`, which ends with the
// program that made it, stays for the page to be loaded again.
const fragment = new URLSearchParams(location.hash.slice(1));
token = fragment.get("token") ?? fragment.get("session");
if (fragment.has("token")) history.replaceState(null, "", location.pathname);
byId("filter").value = fragment.get("filter") ?? "";
await update();
if (fragment.has("why") && page) why.open(fragment.get("why"));
