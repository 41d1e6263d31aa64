/** Makes an element. What is shown goes in as text, never as markup. */
export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

/** The element of the page with this id. */
export const byId = (id) => document.getElementById(id);

const signs = { good: "✓", attention: "!", bad: "✗" };

/** The sign of a state, for those who do not see its colour. */
export const sign = (kind) => element("span", { class: `sign ${kind}`, "aria-hidden": "true" }, signs[kind]);

/** A state in words, with its sign. */
export const mark = (kind, ...words) =>
  element("span", { class: `mark ${kind}` }, ...(kind in signs ? [sign(kind)] : []), ...words);

/** Numbers with separators, as "5,000". */
export const counted = (number, noun, plural = `${noun}s`) =>
  `${number.toLocaleString("en")} ${number === 1 ? noun : plural}`;

/** How long ago something was, as people read it: the two greatest units, "3m12s". */
function age(from, now) {
  const seconds = Math.max(0, Math.round((Date.parse(now) - Date.parse(from)) / 1000));
  const units = [["d", 86400], ["h", 3600], ["m", 60], ["s", 1]];
  const first = units.findIndex(([, length]) => seconds >= length);
  if (first < 0) return "0s";
  const [name, length] = units[first];
  const head = `${Math.floor(seconds / length)}${name}`;
  if (first + 1 === units.length) return head;
  const [lesser, size] = units[first + 1];
  const rest = Math.floor((seconds % length) / size);
  return rest === 0 ? head : `${head}${rest}${lesser}`;
}

/** How long ago `from` was, in an element that `tellAges` fills in. */
export const timeSince = (from) => element("time", { datetime: from, title: from });

/** Tells the age of all times below `root`. */
export function tellAges(root, now) {
  for (const time of root.querySelectorAll("time")) {
    const text = age(time.dateTime, now);
    if (time.textContent !== text) time.textContent = text;
  }
}

/**
 * Has `parent` hold one child for each item. Children of items that stay are kept, and with them what
 * has the focus; those whose item did not change are left alone.
 */
export function sync(parent, items, key, make) {
  const old = new Map([...parent.children].map((child) => [child.dataset.key, child]));
  const focused = document.activeElement?.closest("[data-key]")?.dataset.key;
  let place = parent.firstElementChild;
  for (const item of items) {
    const name = key(item);
    let child = old.get(name);
    const stamp = JSON.stringify(item);
    if (!child || child.dataset.stamp !== stamp) {
      const made = make(item);
      made.dataset.key = name;
      made.dataset.stamp = stamp;
      if (child) {
        if (place === child) place = made;
        child.replaceWith(made);
      }
      child = made;
    }
    old.delete(name);
    if (child === place) place = place.nextElementSibling;
    else parent.insertBefore(child, place);
  }
  for (const child of old.values()) child.remove();
  if (focused && !parent.ownerDocument.activeElement?.closest("[data-key]")) {
    const again = [...parent.children].find((child) => child.dataset.key === focused);
    again?.querySelector("button")?.focus({ preventScroll: true });
  }
}
