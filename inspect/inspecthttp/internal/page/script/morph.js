// The attributes that are changed here, not by the server.
const own = new Set(['open', 'hidden']);

// morph makes old like now, and changes only what differs: so focus,
// selection, scroll position and folds stay. It can be interrupted after each
// row.
function* morph(old, now) {
  if (old.isEqualNode(now)) return;
  for (const { name } of [...old.attributes]) {
    if (!now.hasAttribute(name) && !own.has(name)) old.removeAttribute(name);
  }
  for (const { name, value } of now.attributes) {
    if (old.getAttribute(name) !== value && !own.has(name)) old.setAttribute(name, value);
  }
  const keyed = new Map();
  const wanted = new Set();
  for (const child of now.children) if (child.id) wanted.add(child.id);
  for (const child of [...old.children]) {
    if (!child.id) continue;
    if (wanted.has(child.id)) keyed.set(child.id, child);
    else child.remove();
  }
  let at = old.firstChild;
  for (let next = now.firstChild; next; ) {
    const child = next;
    next = next.nextSibling;
    const same = child.id ? keyed.get(child.id) : at && !at.id && at.nodeName === child.nodeName ? at : null;
    if (same && same.nodeName === child.nodeName) {
      if (same === at) at = at.nextSibling;
      else old.insertBefore(same, at);
      if (same.nodeType === Node.ELEMENT_NODE) yield* morph(same, child);
      else if (same.data !== child.data) same.data = child.data;
    } else {
      if (same && same === at) at = at.nextSibling;
      if (same) same.remove();
      old.insertBefore(fold(child), at);
    }
    if (child.nodeName === 'LI') yield;
  }
  while (at) {
    const gone = at;
    at = at.nextSibling;
    gone.remove();
  }
}
