const filter = $('filter');
let filtered = false;

function applyFilter() {
  const words = filter.value.toLowerCase();
  if (!words && !filtered) return;
  filtered = words !== '';
  const tree = $('tree');
  if (tree) for (const li of tree.children) show(li, words);
}

// show hides li unless it or something in it contains the words.
function show(li, words) {
  let found = row(li).textContent.toLowerCase().includes(words);
  const ul = li.querySelector(':scope > details > ul');
  if (ul) for (const child of ul.children) found = show(child, words) || found;
  if (li.hidden === found) li.hidden = !found;
  return found;
}
