import { byId, counted, element } from "./dom.js";

/** More boxes in a column nobody tells apart. */
const limit = 24;
const rowHeight = 44;
const columns = [{ x: 0, width: 300 }, { x: 430, width: 260 }, { x: 820, width: 260 }];

function shape(name, attributes, ...children) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

/** The addresses, or where there are many their pools, each with the nodes that announce it. */
function sources(addresses) {
  if (addresses.length <= limit) {
    return addresses.map((item) => (
      { name: item.address, label: item.address, isBad: item.problems.length > 0, items: [item] }));
  }
  const pools = new Map();
  for (const item of addresses) {
    const name = item.pool ?? "in no pool";
    if (!pools.has(name)) pools.set(name, []);
    pools.get(name).push(item);
  }
  return [...pools].sort().map(([name, items]) => (
    {
      name, items, isBad: items.some(({ problems }) => problems.length > 0),
      label: `${name}: ${counted(items.length, "address", "addresses")}`,
    }));
}

function links(source) {
  const found = new Map();
  for (const { layer2, bgp } of source.items) {
    for (const node of layer2.ownersByHearsay) if (!found.has(node)) found.set(node, "hearsay");
    for (const node of [...layer2.owners, ...bgp.nodes]) found.set(node, "");
  }
  return found;
}

function clipped(text, width) {
  const length = Math.floor(width / 8.2);
  return text.length <= length ? text : `${text.slice(0, length - 1)}…`;
}

function box(column, row, label, isBad) {
  const { x, width } = columns[column];
  const sign = isBad ? "✗ " : "";
  return [
    shape("rect", { class: isBad ? "box bad" : "box", x: x + 1, y: row * rowHeight + 30, width: width - 2, height: 32, rx: 5 }),
    shape("text", { x: x + 10, y: row * rowHeight + 51, class: isBad ? "bad" : "" }, clipped(sign + label, width - 20)),
  ];
}

function line(from, column, to, kind, title) {
  const start = columns[column].x + columns[column].width;
  const end = columns[column + 1].x;
  const [y1, y2] = [from * rowHeight + 46, to * rowHeight + 46];
  const middle = (start + end) / 2;
  return shape(
    "path", { class: kind, d: `M${start} ${y1}C${middle} ${y1} ${middle} ${y2} ${end} ${y2}` },
    shape("title", {}, title));
}

/** Draws addresses, nodes and routers, and what holds them together; the table below says the same. */
export function drawMap(page, addresses) {
  const place = byId("map");
  const note = byId("map-note");
  const left = sources(addresses);
  const names = new Set(left.flatMap((source) => [...links(source).keys()]));
  const known = new Map(page.nodes.map((node) => [node.node, node]));
  // All nodes where that can be read, else those that announce something.
  const all = new Set([...known.keys(), ...names]);
  const nodes = [...(all.size <= limit ? all : names)].filter((name) => name !== "").sort();
  const routers = [...new Set(nodes.flatMap((name) => known.get(name)?.peers.map((peer) => peer.name) ?? []))].sort();
  const most = Math.max(left.length, nodes.length, routers.length);
  if (most > limit || nodes.length === 0) {
    place.replaceChildren();
    note.textContent = nodes.length === 0
      ? "There is nothing to draw." : `More than ${limit} boxes in a column cannot be read: filter to see the map.`;
    return;
  }
  note.textContent = "";
  const drawing = shape("svg", {
    viewBox: `0 0 1082 ${most * rowHeight + 30}`, width: 1082, role: "img",
    "aria-label": `Map: ${counted(addresses.length, "address", "addresses")}, ${counted(nodes.length, "node")}, `
      + `${counted(routers.length, "router")}. The tables say the same in words.`,
  });
  for (const [column, title] of ["Addresses", "Nodes", "Routers"].entries()) {
    drawing.append(shape("text", { class: "heading", x: columns[column].x, y: 16 }, title));
  }
  for (const [row, source] of left.entries()) {
    for (const [node, kind] of links(source)) {
      drawing.append(line(row, 0, nodes.indexOf(node), kind, `${source.name} by ${node}`));
    }
  }
  for (const [row, name] of nodes.entries()) {
    for (const peer of known.get(name)?.peers ?? []) {
      const isUp = peer.state === "Established";
      drawing.append(
        line(row, 1, routers.indexOf(peer.name), isUp ? "" : "broken", `${name} to ${peer.name}: ${peer.state}`));
    }
  }
  for (const [row, source] of left.entries()) drawing.append(...box(0, row, source.label, source.isBad));
  for (const [row, name] of nodes.entries()) {
    const node = known.get(name);
    const isSilent = node && node.outcome !== "answered";
    drawing.append(...box(1, row, isSilent ? `${name}: ${node.outcome}` : name, isSilent));
  }
  for (const [row, name] of routers.entries()) {
    const sessions = nodes.map((node) => known.get(node)?.peers.find((peer) => peer.name === name)).filter(Boolean);
    const up = sessions.filter(({ state }) => state === "Established").length;
    drawing.append(...box(2, row, `${name}: ${up} of ${counted(sessions.length, "session")}`, up < sessions.length));
  }
  place.replaceChildren(drawing);
}
