import { byId, counted, element, mark, sync, tellAges, timeSince } from "./dom.js";

/** Rows of a page of a table: more would be slow, and nobody reads them. */
const pageSize = 50;

/** A cell with the name of its column, which narrow screens show beside it. */
export function cell(label, content, header = false) {
  const parts = [content].flat().filter((part) => part !== "" && part != null);
  const isEmpty = parts.length === 0;
  const attributes = { "data-label": label, role: header ? "rowheader" : "cell" };
  if (header) attributes.scope = "row";
  if (isEmpty) attributes.class = "empty";
  const inner = element("div", {}, ...(isEmpty ? ["–"] : parts));
  return element(header ? "th" : "td", attributes, inner);
}

/** The button that asks for the reasons of an address or a service. */
export const whyButton = (target, text = "Why?") =>
  element(
    "button", { type: "button", "data-why": target, "aria-label": `Why ${target}?` }, text);

/** The first names, and how many more there are. */
export function some(names, noun, limit = 3) {
  return names.length <= limit
    ? names.join(", ") : `${names.slice(0, limit).join(", ")} and ${counted(names.length - limit, `more ${noun}`)}`;
}

/** One page of a table, with the buttons that turn it. */
class Paged {
  #first = 0;
  #items = [];
  #key = "";

  constructor(name, words, key, row) {
    Object.assign(this, { name, words, key, row });
    this.body = byId(`${name}-table`).tBodies[0];
    byId(`${name}-previous`).addEventListener("click", () => this.#turn(-pageSize));
    byId(`${name}-next`).addEventListener("click", () => this.#turn(pageSize));
  }

  #turn(by) {
    this.#first += by;
    this.#draw();
  }

  /** Shows `items` of `total`; another `filter` begins at the first page. */
  show(items, total, filter, now) {
    if (filter !== this.#key) this.#first = 0;
    this.#key = filter;
    this.#items = items;
    this.total = total;
    this.now = now;
    this.#draw();
  }

  #draw() {
    const count = this.#items.length;
    const last = Math.max(0, Math.floor((count - 1) / pageSize) * pageSize);
    this.#first = Math.min(Math.max(0, this.#first), last);
    const page = this.#items.slice(this.#first, this.#first + pageSize);
    sync(this.body, page, this.key, this.row);
    tellAges(this.body, this.now);
    const isWhole = count <= pageSize;
    const of = count === this.total ? "" : `, of ${this.total.toLocaleString("en")}`;
    const text = isWhole
      ? `${counted(count, ...this.words)}${of}`
      : `${this.#first + 1} to ${this.#first + page.length} of ${counted(count, ...this.words)}${of}`;
    // Only what differs is read out.
    const status = byId(`${this.name}-count`);
    if (status.textContent !== text) status.textContent = text;
    for (const [id, isOff] of [
      ["previous", this.#first === 0], ["next", this.#first >= last],
    ]) {
      const button = byId(`${this.name}-${id}`);
      button.hidden = isWhole;
      button.disabled = isOff;
    }
  }
}

function layer2({ layer2 }, scope) {
  if (layer2.owners.length === 1) return mark("good", layer2.owners[0]);
  if (layer2.owners.length > 1) return mark("bad", `${layer2.owners.join(", ")}: several`);
  if (layer2.ownersByHearsay.length > 0) {
    const names = layer2.ownersByHearsay.join(", ");
    return scope === "node" ? names : mark("attention", `${names}, as others say`);
  }
  return layer2.candidates > 0 ? mark("bad", "no owner") : "";
}

function bgp({ bgp }) {
  const parts = [];
  if (bgp.nodes.length > 0) parts.push(mark("good", some(bgp.nodes, "node")));
  if (bgp.withoutSession.length > 0) {
    parts.push(mark("bad", `no session: ${some(bgp.withoutSession, "node")}`));
  }
  return parts;
}

function state({ problems, layer2, bgp }) {
  const isUp = layer2.owners.length <= 1 && layer2.ownersByHearsay.length + bgp.nodes.length > 0;
  if (problems.length > 0) return problems.map((problem) => mark(isUp ? "attention" : "bad", problem));
  const isSaid = layer2.owners.length + layer2.ownersByHearsay.length + bgp.nodes.length > 0;
  return isSaid ? mark("good", "announced") : mark("quiet", "not by this node");
}

const routers = ({ bgp }) =>
  some(
    Object.keys(bgp.peers).sort().map((peer) =>
      bgp.peers[peer] === bgp.nodes.length ? peer : `${peer} (from ${counted(bgp.peers[peer], "node")})`),
    "router", 4);

function addressRow({ address: item, scope, isFresh }) {
  const move = item.lastMove;
  const row = element(
    "tr", { role: "row" }, cell("Address", item.address, true),
    cell("Services", [
      item.services.join(", "),
      element("div", { class: "quiet" }, `${item.externalTrafficPolicy}${item.pool ? `, pool ${item.pool}` : ", in no pool"}`),
    ]),
    cell("State", state(item)), cell("Layer 2", layer2(item, scope)), cell("BGP", bgp(item)),
    cell("Routers", routers(item)),
    cell("Since", item.since ? timeSince(item.since) : ""),
    cell("Last move", move
      ? [timeSince(move.at), ` ago: ${move.what}`, element("div", { class: "quiet" }, move.why)] : ""),
    cell("Reasons", whyButton(item.address)));
  if (isFresh) row.className = "fresh";
  return row;
}

function speaker(node) {
  const parts = [];
  if (node.outcome === "answered") parts.push(mark("good", `bellman ${node.programVersion ?? ""}`));
  else if (node.outcome === "missing") parts.push(mark("attention", "no speaker"));
  else parts.push(mark("bad", `not heard: ${node.detail ?? node.outcome}`));
  if (node.drainedSince) parts.push(mark("attention", "drained for ", timeSince(node.drainedSince)));
  return parts;
}

/** The session with a router, in words. */
function session(peer) {
  const isUp = peer.state === "Established";
  const details = [""];
  if (isUp) details.push(counted(peer.prefixes, "prefix", "prefixes"));
  if (peer.bfd) details.push(`BFD ${peer.bfd}`);
  if (!isUp && peer.lastError) details.push(peer.lastError.text);
  const kind = isUp ? (peer.bfd && peer.bfd !== "Up" ? "attention" : "good") : "bad";
  return mark(kind, `${peer.name}: ${peer.state} for `, timeSince(peer.since), details.join(", "));
}

function nodeRow({ node, owns, announces }) {
  const lease = node.hasLease === false ? [mark("bad", "no lease")] : [];
  return element(
    "tr", { role: "row" }, cell("Node", node.node || "none yet", true), cell("Speaker", speaker(node)),
    cell("Layer 2", [`owns ${counted(owns, "address", "addresses")}`, ...lease]),
    cell("BGP", `announces ${counted(announces, "address", "addresses")}`),
    cell("Routers", node.peers.map((peer) => session(peer))));
}

/** The two tables of the page. */
export class Tables {
  #addresses = new Paged("address", ["address", "addresses"], ({ address }) => address.address, addressRow);
  #nodes = new Paged("node", ["node"], ({ node }) => node.node, nodeRow);

  show(page, found, filter, fresh) {
    const { scope } = page;
    this.#addresses.show(
      found.addresses.map((address) => ({ address, scope, isFresh: fresh.has(address.address) })),
      page.addresses.length, filter, page.askedAt);
    const owns = new Map();
    const announces = new Map();
    for (const { layer2, bgp } of page.addresses) {
      for (const node of layer2.owners) owns.set(node, (owns.get(node) ?? 0) + 1);
      for (const node of bgp.nodes) announces.set(node, (announces.get(node) ?? 0) + 1);
    }
    this.#nodes.show(
      found.nodes.map((node) => (
        { node, owns: owns.get(node.node) ?? 0, announces: announces.get(node.node) ?? 0 })),
      page.nodes.length, filter, page.askedAt);
  }
}
