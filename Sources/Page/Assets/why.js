import { byId, counted, element, mark, tellAges, timeSince } from "./dom.js";
import { cell, some } from "./tables.js";

/** Nodes of an explanation; `bellman explain` shows them all. */
const limit = 100;

function verdict(decision, obstacle) {
  if (decision.verdict === "owner" && obstacle) return mark("bad", `owner, silent: ${obstacle.reason}`);
  if (decision.verdict === "owner" || decision.verdict === "announced") return mark("good", decision.verdict);
  if (decision.verdict === "candidate") return "candidate";
  return mark(decision.verdict === "fit" ? "attention" : "quiet", `${decision.verdict}: ${decision.reason}`);
}

function nodeTable(address) {
  const titles = ["Node", "Rank", "Layer 2", "BGP", "Routers", "Endpoints", "Clients come"];
  const head = element(
    "tr", { role: "row" }, ...titles.map((title) => element("th", { scope: "col", role: "columnheader" }, title)));
  const rows = address.nodes.slice(0, limit).map(({ rank, decision, toldBy, obstacle, routes, clients }) => {
    const told = routes.filter((route) => route.decision.verdict === "announced").map(({ peer }) => peer);
    const terminating = decision.terminatingEndpoints > 0 ? `, ${decision.terminatingEndpoints} terminating` : "";
    const teller = toldBy === decision.node ? [] : [element("div", { class: "quiet" }, `as ${toldBy} sees it`)];
    return element(
      "tr", { role: "row" }, cell("Node", [decision.node, ...teller], true), cell("Rank", rank == null ? "" : String(rank)),
      cell("Layer 2", verdict(decision.layer2, obstacle)), cell("BGP", verdict(decision.bgp)),
      cell("Routers", some([...new Set(told)].sort(), "router")),
      cell("Endpoints", `${decision.readyEndpoints} ready${terminating}`), cell("Clients come", clients));
  });
  return element(
    "table", { role: "table" }, element("caption", {}, `What each node decided about ${address.address}`),
    element("thead", { role: "rowgroup" }, head), element("tbody", { role: "rowgroup" }, ...rows));
}

/** The sentences of the reasons, each with the nodes that have it. */
function reasons(address) {
  const groups = new Map();
  const add = (sentence, node) => {
    if (sentence === "") return;
    if (!groups.has(sentence)) groups.set(sentence, []);
    if (!groups.get(sentence).includes(node)) groups.get(sentence).push(node);
  };
  for (const { decision, obstacle } of address.nodes) {
    add(decision.layer2.sentence, decision.node);
    add(decision.bgp.sentence, decision.node);
    if (obstacle) add(obstacle.sentence, decision.node);
  }
  const parts = [...groups].flatMap(([sentence, nodes]) => [
    element("dt", {}, some(nodes, "node", 5)), element("dd", {}, sentence)]);
  return [element("h3", {}, "Reasons"), element("dl", {}, ...parts)];
}

function claim({ claim, claimToldBy }) {
  if (!claim) return [];
  const epoch = claim.epoch == null ? "nobody claimed it" : `epoch ${claim.epoch}`;
  const parts = [`Claim, as ${claimToldBy} knows it: ${epoch}, for `, timeSince(claim.since)];
  const move = claim.lastMove;
  if (move) {
    parts.push(
      `; it moved from ${move.from ?? "nobody"} to ${move.to ?? "nobody"} `, timeSince(move.at),
      ` ago: ${move.sentence} (${move.cause})`);
  }
  return [element("p", {}, ...parts, ".")];
}

function part(address) {
  const isUsed = address.conflicts.some(({ claims }) => claims > 0);
  const answers = ({ decision, obstacle }) => decision.layer2.verdict === "owner" && !obstacle;
  const isGood = !isUsed && address.nodes.filter(answers).length <= 1
    && address.nodes.some((node) => answers(node) || node.decision.bgp.verdict === "announced");
  const conflicts = address.conflicts.map(({ mac, interface: name, claims }) => element("p", {}, claims > 0
    ? mark("bad", `${mac} on ${name} uses the address too`)
    : mark("attention", `${mac} on ${name} asked for the address`)));
  const rest = address.nodes.length - limit;
  return [
    element("h3", {}, address.address),
    element("p", { class: "conclusion" }, mark(isGood ? "good" : "bad", address.conclusion)),
    element("p", { class: "quiet" }, `${address.services.join(", ")}, externalTrafficPolicy `
      + `${address.externalTrafficPolicy}, ${address.pool ? `pool ${address.pool}` : "in no pool"}`),
    ...claim(address), ...conflicts, nodeTable(address),
    ...(rest > 0 ? [element("p", {}, `and ${counted(rest, "more node")}: bellman explain shows all`)] : []),
    ...reasons(address),
  ];
}

function service({ service, reason, sentence, endpoints, insideCallers, insideCallersOfAddresses }) {
  const counts = endpoints.map(({ family, ready, terminating }) => `${ready} ready and ${terminating} terminating ${family} endpoints`);
  return [
    element("h3", {}, service),
    ...(reason ? [element("p", {}, mark("bad", `no node announces it: ${sentence} (${reason})`))] : []),
    element("p", {}, `${counts.length === 0 ? "no endpoints" : counts.join(", ")}. ${insideCallersOfAddresses}. `
      + `${insideCallers}.`),
  ];
}

/** The dialog that says why, on demand. */
export class Why {
  #dialog = byId("why");
  #ask;
  #turn = 0;

  /** `ask` gives the explanation of a target, and the time. */
  constructor(ask) {
    this.#ask = ask;
    byId("why-close").addEventListener("click", () => this.#dialog.close());
    document.addEventListener("click", (event) => {
      const target = event.target.closest?.("[data-why]")?.dataset.why;
      if (target) this.open(target);
    });
  }

  async open(target) {
    const turn = ++this.#turn;
    const body = byId("why-body");
    byId("why-title").textContent = `Why ${target}?`;
    body.replaceChildren(element("p", {}, "Asking …"));
    if (!this.#dialog.open) this.#dialog.showModal();
    byId("why-title").focus();
    let parts;
    let time;
    try {
      const { explanation, now } = await this.#ask(target);
      time = now;
      const silent = explanation.speakers.filter(({ outcome }) => outcome !== "answered");
      parts = [
        ...explanation.addresses.flatMap(part),
        ...explanation.services.flatMap(service),
        ...silent.map(({ node, pod, outcome, detail }) =>
          element("p", {}, mark("attention", `${node || pod}: ${detail ?? outcome}`))),
      ];
    } catch (error) {
      parts = [element("p", {}, mark("bad", error.message))];
    }
    // An answer that came late belongs to another question.
    if (turn !== this.#turn) return;
    body.replaceChildren(...parts);
    if (time) tellAges(body, time);
  }
}
