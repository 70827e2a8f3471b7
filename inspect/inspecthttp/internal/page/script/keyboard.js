const row = (li) => li.querySelector('.row');
const first = () => main.querySelector('#tree > li:not([hidden])');
const list = (li) => li.querySelector(':scope > details[open] > ul');

function sibling(li, which) {
  do li = li[which];
  while (li && li.hidden);
  return li;
}

function below(li) {
  const ul = list(li);
  if (ul && ul.firstElementChild) {
    const child = ul.firstElementChild;
    return child.hidden ? sibling(child, 'nextElementSibling') : child;
  }
  for (; li; li = parent(li)) {
    const next = sibling(li, 'nextElementSibling');
    if (next) return next;
  }
  return null;
}

function above(li) {
  const previous = sibling(li, 'previousElementSibling');
  return previous ? last(previous) : parent(li);
}

function last(li) {
  for (let ul; (ul = list(li)) && ul.lastElementChild; ) {
    const child = ul.lastElementChild.hidden ? sibling(ul.lastElementChild, 'previousElementSibling') : ul.lastElementChild;
    if (!child) break;
    li = child;
  }
  return li;
}

function parent(li) {
  return li.parentElement.closest('#tree li');
}

const keys = {
  ArrowDown: below,
  ArrowUp: above,
  Home: first,
  End: () => {
    let li = main.querySelector('#tree').lastElementChild;
    if (li && li.hidden) li = sibling(li, 'previousElementSibling');
    return li && last(li);
  },
  ArrowRight: (li) => {
    const details = li.querySelector(':scope > details');
    if (!details) return null;
    if (details.open) return below(li);
    details.open = true;
    return li;
  },
  ArrowLeft: (li) => {
    const details = li.querySelector(':scope > details');
    if (!details || !details.open) return parent(li);
    details.open = false;
    return li;
  },
};

main.addEventListener('keydown', (event) => {
  const li = event.target.closest('#tree li');
  const go = keys[event.key];
  if (!li || !go || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  const to = go(li);
  if (!to) return;
  row(to).focus();
  row(to).scrollIntoView({ block: 'nearest' });
});
